import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Link, Navigate, useNavigate } from "react-router";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { RadioField, SelectField, TextField, TickField } from "../../frame/fields";
import { useMe } from "../../frame/me";
import { Page } from "../../frame/Page";
import { regionLines, useRegions } from "../../frame/regions";
import { useFirstFault } from "../../frame/useFirstFault";
import { useCaptcha } from "./captcha";
import { kinds, type OrganisationKind } from "./kinds";
import { NewPasswordField } from "./PasswordField";
import { Proving } from "./Proving";

const blank = { orgName: "", uscc: "", region: "", name: "", login: "", email: "", phone: "", password: "", idNumber: "" };

/** One page: who you are, the unit, the person. The server's faults stand beside their fields. */
export function Register() {
  const { data: me } = useMe();
  const [kind, setKind] = useState<OrganisationKind>();
  const [v, setV] = useState(blank);
  const [consent, setConsent] = useState(false);
  const regions = useRegions();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { prove, progress } = useCaptcha();
  const register = useMutation({
    mutationFn: async (of: OrganisationKind) => {
      const unit = kinds.find((k) => k.value === of)?.unit ?? false;
      return read(
        api.POST("/api/v1/registrations", {
          body: {
            kind: of,
            organisation: { regionCode: v.region, ...(unit ? { name: v.orgName, uscc: v.uscc } : {}) },
            person: {
              name: v.name,
              login: v.login,
              email: v.email,
              phone: v.phone,
              password: v.password,
              ...(v.idNumber === "" ? {} : { idNumber: v.idNumber }),
            },
            consent,
            captcha: await prove(),
          },
        }),
      );
    },
    onSuccess: (w) => {
      client.setQueryData(["me"], w.me);
      void navigate("/", { replace: true });
    },
  });
  const faults = faultsOf(register.error);
  const form = useFirstFault(register.error);
  const field = (name: keyof typeof blank, path: string) => ({
    value: v[name],
    change: (value: string) => {
      setV((old) => ({ ...old, [name]: value }));
    },
    fault: faults[path],
  });

  if (me?.signedIn && !register.isPending) return <Navigate to="/" replace />;
  const chosen = kinds.find((k) => k.value === kind);
  return (
    <Page title="注册" lede="先选您是谁，再填一页表。注册后就能登录；中介机构、专家还要提交申请，审核通过才公布。">
      <form
        ref={form}
        className="card roomy"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (kind !== undefined) register.mutate(kind);
        }}
      >
        <div className="who">
          <RadioField
            label="您是谁"
            value={kind ?? ""}
            change={(value) => {
              setKind(value as OrganisationKind);
            }}
            choices={kinds}
            fault={faults.kind}
          />
        </div>
        {chosen === undefined ? null : (
          <>
            <h2>{chosen.unit ? "单位" : "在哪里受理"}</h2>
            {chosen.unit ? (
              <>
                <TextField label="单位名称" autoComplete="organization" help="和营业执照或登记证书一致" {...field("orgName", "organisation.name")} />
                <TextField
                  label="统一社会信用代码"
                  help="18 位，字母大写；填错一位会提示"
                  autoComplete="off"
                  maxLength={18}
                  {...field("uscc", "organisation.uscc")}
                />
              </>
            ) : null}
            <SelectField
              label="受理区划"
              help={chosen.value === "agency" ? "由哪里受理入驻申请。在一处入驻，全市可用；外地机构任选一处。" : "由哪里核验您的资料"}
              choices={regionLines(regions.data ?? []).map((r) => ({ value: r.code, words: r.words }))}
              none={regions.isError ? "区划没有读到，请刷新" : "请选择"}
              {...field("region", "organisation.regionCode")}
            />
            <h2>{chosen.unit ? "办理人，即单位的管理人" : "本人"}</h2>
            <TextField label="姓名" autoComplete="name" {...field("name", "person.name")} />
            {chosen.value === "natural_person" || chosen.value === "expert" ? (
              <TextField
                label="身份证号"
                optional
                help="加密保存，只在核验时使用，页面上不显示"
                autoComplete="off"
                maxLength={18}
                {...field("idNumber", "person.idNumber")}
              />
            ) : null}
            <TextField label="电话" type="tel" help="手机号，或带区号的座机，如 0359-2660000" autoComplete="tel" {...field("phone", "person.phone")} />
            <TextField label="邮箱" type="email" help="收审核结果，也用来找回密码" autoComplete="email" {...field("email", "person.email")} />
            <TextField
              label="登录名"
              help="4–32 位，以字母开头，用字母、数字和 . _ -"
              autoComplete="username"
              maxLength={32}
              {...field("login", "person.login")}
            />
            <NewPasswordField label="密码" known={{ ...v, organisation: v.orgName }} {...field("password", "person.password")} />
            <TickField
              checked={consent}
              change={setConsent}
              fault={faults.consent}
              label={
                <>
                  我已阅读并同意<a href="/privacy" target="_blank" rel="noreferrer">用户协议和个人信息处理规则</a>
                </>
              }
            />
            <ActFault fault={register.error} />
            <Proving progress={progress} />
            <div className="form-actions">
              <Button type="primary" size="large" htmlType="submit" loading={register.isPending}>
                注册并登录
              </Button>
            </div>
          </>
        )}
      </form>
      <p className="aside-words">
        已有账号？<Link to="/login">登录</Link>
      </p>
      <p className="aside-words">审核、监督等工作人员的账号由区域管理员开通，不在这里注册。</p>
    </Page>
  );
}
