import type { APIRequestContext } from "@playwright/test";

/** Pages beside the sitemap: lists narrowed, searches, refusals, the workspace, the API page. */
export const further = [
  "/service-items?sector=%E6%B0%B4%E5%88%A9&selfPrepare=yes",
  "/service-items?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E6%A0%B7%E7%9A%84%E4%BA%8B%E9%A1%B9",
  "/approval-items?q=%E5%8F%96%E6%B0%B4",
  "/agencies?region=outside",
  "/search",
  "/search?q=%E7%8E%AF%E8%AF%84",
  "/search?q=hjyxpj",
  "/search?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E6%A0%B7%E7%9A%84%E5%86%85%E5%AE%B9zzz",
  "/no-such-page",
  "/agencies/00000000-0000-0000-0000-000000000000",
  "/service-items?basis=bad",
  "/credit?grade=C",
  "/credit?grade=bad",
  "/credit/rankings?item=ZJ0049",
  "/credit/rankings?item=ZJ0049&region=outside",
  "/credit/bans?kind=practitioner",
  "/credit/bans?past=1",
  "/credit/bans?kind=bad",
  "/publicity",
  "/procurements?state=open",
  "/procurements?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E6%A0%B7%E7%9A%84",
  "/procurements?state=bad",
  "/procurements?state=awarded",
  "/procurements/calendar?days=31",
  "/procurements/calendar?from=2020-01-01",
  "/procurements/00000000-0000-0000-0000-000000000000",
  "/verify?kind=award",
  "/workspace/",
  "/workspace/login",
  "/workspace/register",
  "/workspace/forgot-password",
  "/workspace/reset-password/not-a-token",
  "/workspace/verify-email/not-a-token",
  "/workspace/catalogue-check",
  "/workspace/catalogue-check?basis=none",
  "/workspace/catalogue-check?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E6%A0%B7%E7%9A%84",
  "/workspace/catalogue-check?basis=bad",
  "/workspace/fee-standards",
  "/workspace/no-such-page",
  "/api/docs",
];

/** Sections whose records the sitemap leaves out because they have no end: a few of each. */
const sections = ["agencies", "credit", "experts", "announcements", "procurements"];
const ofEach = 4;

/** Every page of the sitemap, and those it does not name. */
export async function addresses(request: APIRequestContext): Promise<string[]> {
  const sitemap = await (await request.get("/sitemap.xml")).text();
  const listed = [...sitemap.matchAll(/<loc>https?:\/\/[^/]+([^<]*)<\/loc>/g)].map((m) => m[1] ?? "/");
  const records = await Promise.all(sections.map(async (section) => (await linksOf(request, section)).slice(0, ofEach)));
  return [...new Set([...listed, ...records.flat(), ...(await drawn(request)), ...(await rated(request)), ...further])];
}

/** What hangs on a procurement whose draw was made and whose award was issued. */
async function drawn(request: APIRequestContext): Promise<string[]> {
  const { items } = (await (await request.get("/api/v1/procurements?state=awarded")).json()) as { items: { id: string }[] };
  const [one] = items;
  if (one === undefined) return [];
  const at = `/procurements/${one.id}`;
  return [at, `${at}/draw`, `${at}/verify`, `${at}/award`, `${at}/award?number=ZX20200101000001`, `${at}/objections/new`];
}

/** What hangs on an agency's rating: how its report is checked, with a number and without. */
async function rated(request: APIRequestContext): Promise<string[]> {
  const { items } = (await (await request.get("/api/v1/credit-ratings?limit=1")).json()) as { items: { agencyId: string }[] };
  return items.flatMap(({ agencyId }) => [`/credit/${agencyId}/report`, `/credit/${agencyId}/report?number=XY20200101-000001`, `/credit/${agencyId}?on=2026-01-01`]);
}

async function linksOf(request: APIRequestContext, section: string): Promise<string[]> {
  const html = await (await request.get(`/${section}`)).text();
  const found = html.matchAll(new RegExp(`href="(/${section}/[^"?#]+)"`, "g"));
  return [...new Set([...found].map((m) => m[1] ?? ""))];
}

/** One address of each kind: what a person looks at to know the design holds. */
export async function oneOfEach(request: APIRequestContext): Promise<string[]> {
  const seen = new Set<string>();
  return (await addresses(request)).filter((address) => {
    if (address.includes("?")) return true;
    const kind = address.replace(/^(\/(service-items|approval-items|agencies|credit|experts|announcements|departments|procurements))\/.*/, "$1/");
    if (seen.has(kind)) return false;
    seen.add(kind);
    return true;
  });
}
