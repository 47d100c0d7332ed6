// @vitest-environment node
import { ESLint, Linter } from "eslint";
import { expect, it } from "vitest";

const eslint = new ESLint();

/** What the import rule in force for a file says of one import. */
async function faults(file: string, imported: string): Promise<number> {
  const config = (await eslint.calculateConfigForFile(file)) as Linter.Config;
  const rule = config.rules?.["no-restricted-imports"];
  expect(rule).toBeDefined();
  const rules = { "no-restricted-imports": rule as Linter.RuleEntry };
  return new Linter().verify(`import "${imported}";`, [{ rules }]).length;
}

// A glob that never matches passes everything, so each zone catches a planted import.
it.each([
  ["src/workspace/features/catalog/Planted.tsx", "../fee/feeStandards"],
  ["src/workspace/features/fee/deep/planted.ts", "../../catalog/words"],
  ["src/workspace/features/fee/planted.ts", "../../../portal/printing"],
  ["src/workspace/frame/Planted.tsx", "../features/catalog/words"],
  ["src/shared/format/planted.ts", "../../workspace/features/fee/feeStandards"],
  ["src/shared/api/planted.ts", "../../portal/printing"],
  ["src/portal/planted.ts", "react"],
  ["src/portal/planted.ts", "antd/es/button"],
  ["src/portal/planted.ts", "../workspace/theme"],
  ["src/apidocs/planted.ts", "react-dom/client"],
  ["src/apidocs/planted.ts", "../portal/printing"],
])("%s may not import %s", async (file, imported) => {
  expect(await faults(file, imported)).toBeGreaterThan(0);
});

it.each([
  ["src/workspace/features/catalog/Planted.tsx", "../../../shared/format/csv"],
  ["src/workspace/features/catalog/Planted.tsx", "./words"],
  ["src/workspace/features/fee/planted.ts", "../../frame/Page"],
  ["src/portal/planted.ts", "../shared/format/time"],
])("%s may import %s", async (file, imported) => {
  expect(await faults(file, imported)).toBe(0);
});
