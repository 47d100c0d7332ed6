import { Tag } from "antd";
import { Link, useParams } from "react-router";
import { Refusal } from "../../../shared/api/client";
import { Page } from "../../frame/Page";
import { PageSkeleton, ReadFault } from "../../frame/states";
import { Edit } from "./Edit";
import { Read } from "./Read";
import { Term } from "./SubmissionTable";
import { stateTone, useDetail, useKinds, type Detail } from "./submissions";

/** One page for every kind of submission: the server's form says what it shows and asks. */
export function Submission() {
  const { id = "" } = useParams();
  const detail = useDetail(id);
  const kinds = useKinds();
  const d = detail.data;
  if (d === undefined || kinds.data === undefined) {
    const fault = detail.error ?? kinds.error;
    const none = fault instanceof Refusal && (fault.status === 404 || fault.status === 422);
    return (
      <Page title={none ? "没有这件申请" : "申请"} lede={none ? "可能网址不全，或者它不在您的查看范围内。" : fault ? "没有读到。" : "正在读取。"}>
        {none ? (
          <p>
            <Link to="/submissions">返回列表</Link>
          </p>
        ) : fault ? (
          <ReadFault fault={fault} retry={() => void Promise.all([detail.refetch(), kinds.refetch()])} />
        ) : (
          <PageSkeleton />
        )}
      </Page>
    );
  }
  const form = kinds.data.find((k) => k.name === d.kind)?.form ?? { sections: [] };
  return (
    <Page title={d.title} lede={<Head of={d} />}>
      {d.mayEdit ? <Edit key={d.id} form={form} detail={d} /> : <Read key={`${d.id} ${d.version}`} form={form} detail={d} />}
    </Page>
  );
}

function Head({ of: d }: { of: Detail }) {
  return (
    <span className="submission-head">
      <Tag color={stateTone[d.state]}>{d.stateLabel}</Tag>
      <span>{d.kindLabel}</span>
      <span>受理号 {d.number}</span>
      <span>{d.regionName}</span>
      {d.organisation === undefined || d.organisation === d.title ? null : <span>{d.organisation}</span>}
      <span>经办人 {d.authorName}</span>
      {d.demo ? <Tag>示例数据</Tag> : null}
      <Term of={d} />
    </span>
  );
}
