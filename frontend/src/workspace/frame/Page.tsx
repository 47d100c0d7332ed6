import { useEffect, type ReactNode } from "react";

interface PageProps {
  title: string;
  lede: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** One screen: its heading, what it tells, what can be done with it. */
export function Page({ title, lede, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} - 工作台`;
  }, [title]);
  return (
    <>
      <div className="page-head">
        <div>
          <h1>{title}</h1>
          <p className="lede">{lede}</p>
        </div>
        {actions ? <div className="page-actions">{actions}</div> : null}
      </div>
      {children}
    </>
  );
}
