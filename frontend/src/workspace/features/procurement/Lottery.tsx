import { Alert, Button } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { TextField } from "../../frame/fields";
import { useWanting } from "../../frame/useWanting";
import { useStep } from "./procurements";

/** One official's reading of a public lottery; it counts once a second one has typed the same. */
export function LotteryCard() {
  const [open, setOpen] = useState(false);
  const [v, setV] = useState({ game: "", issue: "", date: "", numbers: "", where: "" });
  const enter = useStep(() => read(api.POST("/api/v1/lottery-results", { body: { ...v, numbers: v.numbers.split(/[^0-9]+/).filter((n) => n !== "").map(Number) } })));
  const { box, wanting, complete } = useWanting<HTMLFormElement>({
    game: v.game.trim().length < 2 && "写彩票名称，如 双色球",
    issue: v.issue.trim().length < 4 && "写期号，如 2026138",
    date: v.date === "" && "选开奖日期",
    numbers: !/\d/.test(v.numbers) && "写开奖号码，如 03 08 17 22 26 31",
    where: v.where.trim().length < 4 && "写在哪里看到的，如 中国福利彩票官网 开奖公告",
  });
  const faults = { ...faultsOf(enter.error), ...wanting };
  const set = (name: keyof typeof v) => (value: string) => { setV({ ...v, [name]: value }); };
  return (
    <section className="card" aria-labelledby="lottery">
      <h2 id="lottery">录入开奖结果</h2>
      <p className="tell">有的公告用公开彩票抽取。两人各自从公布的地方抄录，互相看不到；录得一样才生效，之后谁也改不了。</p>
      {open ? (
        <form
          ref={box}
          onSubmit={(event) => {
            event.preventDefault();
            if (complete()) enter.mutate(undefined);
          }}
        >
          <ActFault fault={enter.error} />
          {enter.data === undefined ? null : (
            <Alert
              role="status"
              type={enter.data.confirmed ? "success" : enter.data.differs ? "warning" : "info"}
              title={enter.data.confirmed ? "两人录入一致，已生效" : enter.data.differs ? "与另一人录入的不一致，请核对后重新录入" : "已录入，等另一人录入"}
            />
          )}
          <TextField label="彩票名称" help="与公告一字不差，如 双色球" value={v.game} change={set("game")} fault={faults.game} />
          <TextField label="期号" value={v.issue} change={set("issue")} fault={faults.issue} />
          <TextField label="开奖日期" type="date" value={v.date} change={set("date")} fault={faults.date} />
          <TextField label="号码" inputMode="numeric" help="以空格或逗号分开，次序不限" value={v.numbers} change={set("numbers")} fault={faults.numbers} />
          <TextField label="在哪里公布" help="官方网站的页面或公报" value={v.where} change={set("where")} fault={faults.where} />
          <Button type="primary" htmlType="submit" loading={enter.isPending}>
            录入
          </Button>
        </form>
      ) : (
        <Button onClick={() => { setOpen(true); }}>录入一期</Button>
      )}
    </section>
  );
}
