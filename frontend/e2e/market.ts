import type { Browser, Page } from "@playwright/test";
import { samplePassword } from "./people";
import { type Said, expect } from "./watched";

/** Gives someone an account of the sample market's password; whom the sample market has none for. */
export function opens(login: string, role: string, org: string): string {
  return account(login, `INSERT INTO role_grant (id, person_id, role, org_id) SELECT gen_random_uuid(), p.id, '${role}', o.id FROM p, (${org}) o`);
}

/** The same for an official of the city; of one sector where it is named. */
export function appoints(login: string, role: string, sector = ""): string {
  return account(login, `INSERT INTO role_grant (id, person_id, role, region_code, sector) SELECT gen_random_uuid(), p.id, '${role}', '140800', '${sector}' FROM p`);
}

function account(login: string, grant: string): string {
  return `WITH p AS (INSERT INTO person (id, name, login, password_hash, demo)
      SELECT gen_random_uuid(), '${login}', '${login}', password_hash, true FROM person WHERE login = 'purchaser' RETURNING id)
    ${grant};`;
}

/** Gives the agency that is selected, which nobody has claimed, an organisation and someone who acts for it. */
export function claims(login: string, agency: string): string {
  return `WITH a AS (${agency}), o AS (INSERT INTO organisation (id, kind, name, uscc, region_code, state, demo)
        SELECT gen_random_uuid(), 'agency', a.name, a.uscc, '140802', 'verified', true FROM a RETURNING id)
    UPDATE agency SET organisation_id = o.id FROM a, o WHERE agency.id = a.id;
    ${opens(login, "agency_admin", "SELECT organisation_id AS id FROM agency WHERE organisation_id NOT IN (SELECT org_id FROM role_grant WHERE org_id IS NOT NULL)")}`;
}

/** A browser of someone's own, signed in, whose complaints are the test's. */
export async function open(browser: Browser, login: string, said: Said): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await said.watch(page);
  page.setDefaultTimeout(10_000);
  const answer = await page.request.post("/api/v1/session", { data: { login, password: samplePassword } });
  expect(answer.ok(), `${login} 登录`).toBe(true);
  return page;
}
