import { useEffect, useRef } from "react";
import { NavLink, Outlet, useLocation } from "react-router";
import { useOnline } from "./online";

const screens = [
  { to: "/", words: "事项清单体检" },
  { to: "/fee-standards", words: "收费标准" },
];

const elsewhere = [
  { href: "/", words: "公开门户" },
  { href: "/open-data", words: "开放数据" },
  { href: "/api/docs", words: "接口文档" },
];

/** The sidebar and what every screen shares; on a phone the sidebar is a bar on top. */
export function Frame() {
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const arrived = useRef(pathname);
  const online = useOnline();

  // A screen reader is told of a new screen by the focus moving to it.
  useEffect(() => {
    if (arrived.current !== pathname) {
      arrived.current = pathname;
      window.scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
  }, [pathname]);

  return (
    <div className="frame">
      <a className="skip" href="#main">
        跳到正文
      </a>
      <header className="sidebar">
        <div className="sidebar-inner">
          <p className="brand">
            <span className="brand-mark" aria-hidden="true">
              介
            </span>
            工作台
          </p>
          <nav aria-label="工作台">
            <ul className="screens">
              {screens.map(({ to, words }) => (
                <li key={to}>
                  <NavLink to={to} end>
                    {words}
                  </NavLink>
                </li>
              ))}
            </ul>
          </nav>
          <nav aria-label="公开页面" className="elsewhere">
            <ul>
              {elsewhere.map(({ href, words }) => (
                <li key={href}>
                  <a href={href}>{words}</a>
                </li>
              ))}
            </ul>
          </nav>
          <p className="accounts">账号功能尚未开放，目前仅展示公开数据。</p>
        </div>
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        <div role="status" className="offline">
          {online ? null : <p>网络已断开。已读到的内容仍可查看，恢复后自动更新。</p>}
        </div>
        <Outlet />
      </main>
    </div>
  );
}
