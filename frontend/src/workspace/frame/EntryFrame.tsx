import { Outlet } from "react-router";
import { Connection } from "./Frame";

/** The screens before one is in: no menu, one thing to do. */
export function EntryFrame() {
  return (
    <div className="entry-frame">
      <header>
        <a className="brand" href="/">
          <span className="brand-mark" aria-hidden="true">
            介
          </span>
          网上中介超市
        </a>
        <a href="/">返回公开门户</a>
      </header>
      <main id="main" tabIndex={-1}>
        <Connection />
        <Outlet />
      </main>
    </div>
  );
}
