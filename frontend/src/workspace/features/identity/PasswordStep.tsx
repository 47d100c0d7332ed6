import { Alert, Button } from "antd";
import { useState } from "react";
import { Link, useLocation } from "react-router";
import { ActFault } from "../../frame/Act";
import { TextField } from "../../frame/fields";
import type { Me } from "../../frame/me";
import { useCaptcha } from "./captcha";
import { nextPath } from "./next";
import { Proving } from "./Proving";
import { useSignIn, type Welcome } from "./signIn";

/** Why a sign-in elsewhere brought the person back, by the word in the address. */
const problems: Record<string, string> = {
  account: "这个统一身份还没有关联本平台的账号。请先用密码登录，再在“我的账号”里关联；没有账号的请先注册，工作人员请联系区域管理员开通。",
  disabled: "这个账号已停用，请联系所在区划的管理员。",
  state: "这次登录已过期，或者不是在这个浏览器里开始的，请重新登录。",
  unavailable: "统一身份认证暂时没有响应，请稍后再试，或用密码登录。",
};

export function PasswordStep({ me, arrived }: { me: Me | undefined; arrived: (w: Welcome) => void }) {
  const { search } = useLocation();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState<{ login?: string; password?: string }>({});
  const { prove, progress } = useCaptcha();
  const signIn = useSignIn(prove, arrived);
  const problem = new URLSearchParams(search).get("problem");

  return (
    <div className="card">
      {problem === null ? null : (
        <Alert
          role="alert"
          type="warning"
          showIcon
          className="notice"
          title={problems[problem] ?? "统一身份认证没有完成登录，请重试，或用密码登录。"}
        />
      )}
      {new URLSearchParams(search).has("next") && problem === null ? <p className="notice">这一页要登录后才能看。登录后自动回到那里。</p> : null}
      <ActFault fault={signIn.error} />
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const gaps = {
            ...(login.trim() === "" ? { login: "请填写登录名或邮箱" } : {}),
            ...(password === "" ? { password: "请填写密码" } : {}),
          };
          setMissing(gaps);
          if (Object.keys(gaps).length === 0) signIn.mutate({ login: login.trim(), password });
        }}
      >
        <TextField label="登录名或已验证的邮箱" autoComplete="username" value={login} change={setLogin} fault={missing.login} />
        <TextField
          label="密码"
          type="password"
          autoComplete="current-password"
          value={password}
          change={setPassword}
          fault={missing.password}
        />
        <Proving progress={progress} />
        <div className="form-actions">
          <Button type="primary" size="large" htmlType="submit" loading={signIn.isPending}>
            登录
          </Button>
          <Link to="/forgot-password">忘记密码</Link>
        </div>
      </form>
      {me?.oidcName === undefined || me.oidcName === "" ? null : (
        <p className="elsewhere-login">
          <a className="plain-button" href={`/api/v1/oidc/start?next=${encodeURIComponent("/workspace" + nextPath(search))}`}>
            用{me.oidcName}登录
          </a>
        </p>
      )}
      <p className="aside-words">
        还没有账号？<Link to="/register">注册</Link>。中介机构注册后提交入驻申请；全国机构都可以入驻，不设名额，不收费。
      </p>
      <p className="aside-words">
        不登录也能看：<Link to="/catalogue-check">事项清单体检</Link>、<Link to="/fee-standards">收费标准</Link>、<a href="/">公开门户</a>
      </p>
      {me?.demo ? <p className="aside-words demo-words">演示模式。示例账号和密码见程序启动时的输出。</p> : null}
    </div>
  );
}
