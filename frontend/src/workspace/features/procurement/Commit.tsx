import { Button } from "antd";
import { useState } from "react";
import { api, done } from "../../../shared/api/client";
import { dateTime } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { TextField } from "../../frame/fields";
import { useWanting } from "../../frame/useWanting";
import { Card } from "./Acts";
import { hexOf, saveFile, useStep, type MyDetail } from "./procurements";

/** Commit–reveal: a random value made here, kept by its giver, its digest published first. */
export function Commit({ d }: { d: MyDetail }) {
  const mayCommit = d.allowedActions.some((a) => a.action === "commit");
  const [made, setMade] = useState<{ value: string; digest: string }>();
  const [saved, setSaved] = useState(false);
  const [value, setValue] = useState("");
  const commit = useStep((commitment: string) => done(api.POST("/api/v1/procurements/{id}/commitment", { params: { path: { id: d.id } }, body: { commitment } })));
  const reveal = useStep((v: string) => done(api.POST("/api/v1/procurements/{id}/reveal", { params: { path: { id: d.id } }, body: { value: v } })));
  const make = async (): Promise<void> => {
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    setMade({ value: hexOf(bytes), digest: hexOf(await crypto.subtle.digest("SHA-256", bytes)) });
    setSaved(false);
  };
  const { box, wanting, complete } = useWanting<HTMLDivElement>({ value: !/^[0-9a-f]{64}$/i.test(value.trim()) && "填作出承诺时存下的文件里的 64 位字符（数字和字母 a 至 f）" });
  return (
    <Card title={mayCommit ? "作出抽取的承诺" : "揭示承诺的随机数"}>
      <p className="tell">项目业主、监督、平台各出一个随机数：截止前只公布它的摘要，名单固定后再揭示。三个数一起决定抽取，谁也左右不了。</p>
      <ul className="plain">
        {d.commitments?.map((c) => (
          <li key={c.party}>
            {c.partyLabel}：{c.committedAt === undefined ? "还没有承诺" : `${dateTime(c.committedAt)} 承诺`}
            {c.revealedAt === undefined ? "" : `，${dateTime(c.revealedAt)} 揭示`}
          </li>
        ))}
      </ul>
      <ActFault fault={commit.error ?? reveal.error} />
      {mayCommit ? (
        made === undefined ? (
          <Button onClick={() => void make()}>在本机产生随机数</Button>
        ) : (
          <>
            <p>
              随机数只在这台电脑上。先存成文件并妥善保管：没有它就不能揭示，抽取会改用公告写明的备用随机数来源（备用熵源）。
            </p>
            <p className="receipt">
              将公布的摘要：<code>{made.digest}</code>
            </p>
            <p className="form-actions">
              <Button
                onClick={() => {
                  saveFile(`承诺-${d.number}.txt`, `采购 ${d.number}\n随机数（揭示时填写，此前保密）：${made.value}\n摘要：${made.digest}\n`);
                  setSaved(true);
                }}
              >
                存成文件
              </Button>
              <Button type="primary" aria-describedby="save-first" disabled={!saved} loading={commit.isPending} onClick={() => { commit.mutate(made.digest); }}>
                已保存，作出承诺
              </Button>
            </p>
            {saved ? null : (
              <p className="tell" id="save-first">
                先点“存成文件”，再作出承诺。
              </p>
            )}
          </>
        )
      ) : (
        <div ref={box}>
          <TextField label="随机数" help="作出承诺时存下的文件里的 64 位字符" value={value} change={setValue} maxLength={128} fault={wanting.value} />
          <Button type="primary" loading={reveal.isPending} onClick={() => { if (complete()) reveal.mutate(value.trim().toLowerCase()); }}>
            揭示
          </Button>
        </div>
      )}
    </Card>
  );
}
