import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { Link, useParams } from "react-router";
import { api, done } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { Page } from "../../frame/Page";

/** A button, not the visit itself, uses the token: scanners of mail follow every link. */
export function VerifyEmail() {
  const { token = "" } = useParams();
  const client = useQueryClient();
  const verify = useMutation({
    mutationFn: () => done(api.PUT("/api/v1/email-verifications/{token}", { params: { path: { token } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["me"] }),
  });
  return (
    <Page title="验证邮箱" lede="验证后，这个邮箱可以用来登录和找回密码。">
      <div className="card">
        {verify.isSuccess ? (
          <Alert role="status" type="success" showIcon title="邮箱已验证" description={<Link to="/">进入工作台</Link>} />
        ) : (
          <>
            <ActFault fault={verify.error}>{verify.error === null ? null : "登录后可以在“我的账号”里重发一封验证邮件。"}</ActFault>
            <Button
              type="primary"
              size="large"
              loading={verify.isPending}
              onClick={() => {
                verify.mutate();
              }}
            >
              验证这个邮箱
            </Button>
          </>
        )}
      </div>
    </Page>
  );
}
