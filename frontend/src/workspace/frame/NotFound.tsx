import { Link } from "react-router";
import { Page } from "./Page";

/** An address of the workspace that leads nowhere; the server answered it 404. */
export function NotFound() {
  return (
    <Page title="没有这个页面" lede="地址可能输错了，或者这个功能还没有开放。">
      <p>
        <Link to="/">返回工作台首页</Link>
      </p>
    </Page>
  );
}
