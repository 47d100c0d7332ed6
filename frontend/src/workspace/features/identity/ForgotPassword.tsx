import { useMutation } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { TextField } from "../../frame/fields";
import { useMe } from "../../frame/me";
import { Page } from "../../frame/Page";
import { useCaptcha } from "./captcha";
import { Proving } from "./Proving";

/** The same answer for every address: who has an account is nobody's business. */
export function ForgotPassword() {
  const { data: me } = useMe();
  const [email, setEmail] = useState("");
  const { prove, progress } = useCaptcha();
  const ask = useMutation({
    mutationFn: async () => read(api.POST("/api/v1/password-resets", { body: { email: email.trim(), captcha: await prove() } })),
  });
  return (
    <Page title="忘记密码" lede="填写账号的邮箱，我们把设置新密码的网址寄给您。">
      <div className="card">
        {ask.isSuccess ? (
          <Alert role="status" type="success" showIcon title={ask.data.message} description="没有收到？看看垃圾邮件；邮箱要先在“我的账号”里验证过才能找回密码。" />
        ) : me?.mail === false ? (
          <Alert type="warning" showIcon title="本平台还没有配置邮件，暂时不能自己找回密码" description="请联系所在区划的管理员。" />
        ) : (
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              ask.mutate();
            }}
          >
            <ActFault fault={ask.error} />
            <TextField label="邮箱" type="email" autoComplete="email" value={email} change={setEmail} fault={faultsOf(ask.error).email} />
            <Proving progress={progress} />
            <div className="form-actions">
              <Button type="primary" size="large" htmlType="submit" loading={ask.isPending}>
                发送
              </Button>
            </div>
          </form>
        )}
      </div>
      <p className="aside-words">
        <Link to="/login">返回登录</Link>
      </p>
    </Page>
  );
}
