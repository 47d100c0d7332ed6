import { useEffect, useRef, useState, type ReactNode } from "react";
import { Link, NavLink, Outlet, useLocation } from "react-router";
import { useCounts, waiting } from "./counts";
import { roleWords, useMe, type Me } from "./me";
import { menuOf, openScreens, type Entry } from "./menu";
import { useOnline } from "./online";
import { useSignOut } from "./session";

const elsewhere = [
  { href: "/", words: "公开门户" },
  { href: "/open-data", words: "开放数据" },
  { href: "/api/docs", words: "接口文档" },
];

/** The sidebar and what every screen shares; on a phone the sidebar is a bar with a menu. */
export function Frame() {
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const arrived = useRef(pathname);
  const { data: me } = useMe();
  // Open belongs to one screen: leading elsewhere closes it.
  const [openAt, setOpenAt] = useState<string>();
  const open = openAt === pathname;

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
        <div className={open ? "sidebar-inner open" : "sidebar-inner"}>
          <div className="bar-top">
            <Link className="brand" to="/">
              <span className="brand-mark" aria-hidden="true">
                介
              </span>
              工作台
            </Link>
            <button
              type="button"
              className="menu-button"
              aria-expanded={open}
              aria-controls="menu"
              onClick={() => {
                setOpenAt(open ? undefined : pathname);
              }}
            >
              菜单
            </button>
          </div>
          <div id="menu" className="menu">
            <nav aria-label="工作台">{me === undefined ? null : me.signedIn ? <OwnMenu me={me} /> : <VisitorMenu />}</nav>
            <nav aria-label="公开页面" className="elsewhere">
              <ul>
                {elsewhere.map(({ href, words }) => (
                  <li key={href}>
                    <a href={href}>{words}</a>
                  </li>
                ))}
              </ul>
            </nav>
            {me?.signedIn ? <Self me={me} /> : null}
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        <Connection />
        <Outlet />
      </main>
    </div>
  );
}

/** Says when the network is gone, on every screen. */
export function Connection() {
  const online = useOnline();
  return (
    <div role="status" className="offline">
      {online ? null : <p>网络已断开。已读到的内容仍可查看，恢复后自动更新。</p>}
    </div>
  );
}

function OwnMenu({ me }: { me: Me }) {
  const counts = useCounts(me);
  const of = (e: Entry): number => (counts === undefined || e.count === undefined ? 0 : e.count === "unread" ? counts.unread : waiting(counts));
  return (
    <>
      <Screens entries={menuOf(me)} beside={(e) => (of(e) > 0 ? <Count n={of(e)} /> : null)} />
      <p className="menu-head">公开数据</p>
      <Screens entries={openScreens} />
    </>
  );
}

function VisitorMenu() {
  return (
    <>
      <Screens entries={[{ to: "/login", words: "登录" }, { to: "/register", words: "注册" }]} />
      <p className="menu-head">公开数据</p>
      <Screens entries={openScreens} />
    </>
  );
}

function Screens({ entries, beside }: { entries: readonly Entry[]; beside?: (e: Entry) => ReactNode }) {
  return (
    <ul className="screens">
      {entries.map((e) => (
        <li key={e.to}>
          <NavLink to={e.to} end={e.to === "/"}>
            {e.words}
            {beside?.(e)}
          </NavLink>
        </li>
      ))}
    </ul>
  );
}

function Count({ n }: { n: number }) {
  return (
    <span className="count">
      {n > 99 ? "99+" : n}
      <span className="visually-hidden"> 件</span>
    </span>
  );
}

function Self({ me }: { me: Me }) {
  const signOut = useSignOut();
  return (
    <div className="self">
      <p>
        <b>{me.name}</b>
        <span>{roleWords(me)}</span>
      </p>
      <button
        type="button"
        className="plain-button"
        disabled={signOut.isPending}
        onClick={() => {
          signOut.mutate();
        }}
      >
        退出
      </button>
      {signOut.isError ? <p role="alert">没有退出，请再试一次。</p> : null}
    </div>
  );
}
