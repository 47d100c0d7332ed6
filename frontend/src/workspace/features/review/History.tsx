import { dateTime } from "../../../shared/format/time";
import { pathWords, type Form } from "./form/content";
import type { Detail } from "./submissions";

/** The whole course, the latest first. */
export function History({ events, form }: { events: Detail["history"]; form: Form }) {
  if (events.length === 0) return null;
  return (
    <section className="card" aria-labelledby="history">
      <h2 id="history">办理过程</h2>
      <ol className="timeline">
        {events.toReversed().map((e) => (
          <li key={e.seq} className={e.to === "returned" || e.to === "rejected" ? "seal" : undefined}>
            <p>
              <time dateTime={e.at}>{dateTime(e.at)}</time> <b>{e.actionLabel}</b> {e.by}
              {e.from === e.to ? "" : `，现为“${e.toLabel}”`}
            </p>
            {e.note === "" ? null : <p className="note">{e.note}</p>}
            {e.reasons.length > 0 ? (
              <ul className="note">
                {e.reasons.map((r) => (
                  <li key={r.field}>
                    {pathWords(form, r.field)}：{r.reason}
                  </li>
                ))}
              </ul>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  );
}
