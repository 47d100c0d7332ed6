import { isFigure, type RateTable } from "./feeStandards";

/** One rate table, in a box of its own that scrolls when it is wider than the screen. */
export function Rates({ table, standard }: { table: RateTable; standard: string }) {
  return (
    // A box that scrolls must take the focus, or a keyboard could not scroll it.
    <div className="scroll" tabIndex={0} role="region" aria-label={`${standard}：${table.caption}`}>
      <table className="rates">
        <caption>{table.caption}</caption>
        <thead>
          <tr>
            {table.header.map((h, at) => (
              <th scope="col" key={h} className={at > 0 ? "num" : undefined}>
                {h}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr key={row[0]}>
              {row.map((cell, at) =>
                at === 0 ? (
                  <th scope="row" key={at}>
                    {cell}
                  </th>
                ) : (
                  <td key={at} className={isFigure(cell) ? "num" : undefined}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
