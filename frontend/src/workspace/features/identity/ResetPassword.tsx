import { useMutation } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { api, done } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { Page } from "../../frame/Page";
import { NewPasswordField } from "./PasswordField";

/** Where the letter leads: also for the first password after an invitation. */
export function ResetPassword() {
  const { token = "" } = useParams();
  const [password, setPassword] = useState("");
  const set = useMutation({
    mutationFn: () => done(api.PUT("/api/v1/password-resets/{token}", { params: { path: { token } }, body: { password } })),
  });
  return (
    <Page title="设置新密码" lede="设好后，其他地方的登录会全部退出。">
      <div className="card">
        {set.isSuccess ? (
          <Alert role="status" type="success" showIcon title="密码已设好" description={<Link to="/login">用新密码登录</Link>} />
        ) : (
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              set.mutate();
            }}
          >
            <ActFault fault={set.error}>
              {set.error === null ? null : <Link to="/forgot-password">重新申请一封邮件</Link>}
            </ActFault>
            <NewPasswordField label="新密码" value={password} change={setPassword} fault={faultsOf(set.error).password} />
            <div className="form-actions">
              <Button type="primary" size="large" htmlType="submit" loading={set.isPending}>
                设置
              </Button>
            </div>
          </form>
        )}
      </div>
    </Page>
  );
}
