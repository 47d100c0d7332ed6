import { Tag } from "antd";
import { Link, useParams } from "react-router";
import { Refusal } from "../../../shared/api/client";
import { size } from "../../../shared/format/size";
import { dateTime, until } from "../../../shared/format/time";
import { Page } from "../../frame/Page";
import { PageSkeleton, ReadFault } from "../../frame/states";
import { TimeLeft } from "../../frame/TimeLeft";
import { fileAddress } from "../../frame/upload";
import { pointsWords, rangeWords, toneOf, useRecord, type Detail } from "./credit";
import { RecordActs } from "./RecordActs";
import "./credit.css";

/** One record: what it says, what its agency says, its course, and what I may do now. */
export function Record() {
  const { id = "" } = useParams();
  const record = useRecord(id);
  const r = record.data;
  if (r === undefined) {
    const none = record.error instanceof Refusal && (record.error.status === 404 || record.error.status === 422);
    return (
      <Page title={none ? "没有这条信用记录" : "信用记录"} lede={none ? "可能网址不全，或者它不在您的查看范围内。" : record.error ? "没有读到。" : "正在读取。"}>
        {none ? (
          <p>
            <Link to="/credit-records">返回列表</Link>
          </p>
        ) : record.error ? (
          <ReadFault fault={record.error} retry={() => void record.refetch()} />
        ) : (
          <PageSkeleton />
        )}
      </Page>
    );
  }
  return (
    <Page title={`${r.agencyName}：${r.conduct}`} lede={<Head r={r} />}>
      <RecordActs key={`${r.id} ${r.state}`} r={r} />
      <section className="card" aria-labelledby="record-facts">
        <h2 id="record-facts">记录</h2>
        <Facts r={r} />
      </section>
      {r.notifiedAt === undefined || r.level === "honour" ? null : <Defence r={r} />}
      <p className="card-more">
        <Link to={`/credit-people/${r.agencyId}`}>这家机构的执业人员</Link>
      </p>
      <section className="card" aria-labelledby="record-course">
        <h2 id="record-course">经过</h2>
        {r.course.length === 0 ? (
          <p className="tell">还没有人办理。</p>
        ) : (
          <ol className="credit-course">
            {r.course.map((e) => (
              <li key={`${e.action} ${e.at}`}>
                <b>{e.actionLabel}</b>
                {e.note === undefined || e.note === "" ? null : <span>{e.note}</span>}
                <small>
                  {dateTime(e.at)}
                  {e.by === "" ? "" : ` · ${e.by}`}
                </small>
              </li>
            ))}
          </ol>
        )}
      </section>
    </Page>
  );
}

function Head({ r }: { r: Detail }) {
  return (
    <span className="submission-head">
      <Tag color={toneOf(r)}>{r.stateLabel}</Tag>
      <span>
        {r.levelLabel} {pointsWords(r.tenths)} 分
      </span>
      {r.veto ? <Tag color="error">一票否决</Tag> : null}
      {r.demo ? <Tag>示例数据</Tag> : null}
      {r.state === "notified" && r.defenceUntil !== undefined && r.level !== "honour" ? (
        <span>
          申辩 <TimeLeft until={r.defenceUntil} provisional={r.defenceProvisional} />
        </span>
      ) : null}
    </span>
  );
}

function Facts({ r }: { r: Detail }) {
  const lines: [string, string | undefined][] = [
    ["机构", `${r.agencyName}（${r.uscc}）`],
    ["条目", `${r.rubric} 第 ${r.version} 版，${rangeWords({ mildTenths: r.mildTenths, harshTenths: r.harshTenths })}`],
    ["依据", r.legalBasis],
    ["事实", r.facts],
    ["来源", r.source],
    ["处罚机关", r.authority],
    ["决定书文号", r.documentNo],
    ["决定日期", r.decidedOn],
    ["决定的依据", r.decisionBasis],
    ["提出的分值", `${pointsWords(r.proposedTenths)} 分`],
    ["认定的分值", r.confirmedAt === undefined ? undefined : `${pointsWords(r.tenths)} 分`],
    ["认定的意见", r.note],
    ["计分至", r.expiresOn === undefined ? undefined : `${r.expiresOn}（含当日）`],
    ["不予认定", r.withdrawReason],
    ["修复", r.repairedAt === undefined ? undefined : `${dateTime(r.repairedAt)}，${r.repairReason ?? ""}`],
    ["撤销", r.overturnedAt === undefined ? undefined : `${dateTime(r.overturnedAt)}，${r.overturnReason ?? ""}`],
    ["告知方式", r.served],
  ];
  const evidence = r.files.filter((f) => f.kind === "evidence");
  return (
    <dl className="credit-grid">
      {lines.map(([label, value]) =>
        value === undefined || value === "" ? null : (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
      {evidence.length === 0 ? null : (
        <div>
          <dt>证据</dt>
          <dd>
            <Papers list={evidence} />
          </dd>
        </div>
      )}
    </dl>
  );
}

function Defence({ r }: { r: Detail }) {
  const papers = r.files.filter((f) => f.kind === "defence");
  return (
    <section className="card" aria-labelledby="record-defence">
      <h2 id="record-defence">机构的申辩</h2>
      {r.defence === undefined || r.defence === "" ? (
        <p className="tell">没有申辩。{r.defenceUntil === undefined ? "" : `申辩期到 ${until(r.defenceUntil)}。`}</p>
      ) : (
        <>
          <p className="said">{r.defence}</p>
          {r.defendedAt === undefined ? null : <p className="credit-facts">{dateTime(r.defendedAt)}</p>}
          <Papers list={papers} />
        </>
      )}
    </section>
  );
}

function Papers({ list }: { list: Detail["files"] }) {
  return (
    <ul className="plain">
      {list.map((f) => (
        <li key={f.id}>
          <a href={fileAddress(f.id)} target="_blank" rel="noreferrer">
            {f.name}
          </a>{" "}
          <small>{size(f.size)}</small>
        </li>
      ))}
    </ul>
  );
}
