import { readdirSync } from "node:fs";
import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

/** Who may not import whom: paths as written in an import, and the reason shown. */
function zone(files, ...patterns) {
  return { files, rules: { "no-restricted-imports": ["error", { patterns }] } };
}

const noFramework = { group: ["react*", "react*/**", "antd", "antd/**", "@tanstack/*"], message: "公开页面的脚本不用框架：每个访客的手机都要下载它" };
const noFeature = { regex: "(^|/)features/", message: "共用的部分不依赖任何一个功能" };
const noWorkspace = { regex: "(^|/)workspace/", message: "公开页面和共用部分不依赖工作台" };
const noPortal = { regex: "(^|/)(portal|apidocs)/", message: "工作台和共用部分不依赖公开页面" };

const features = readdirSync(new URL("src/workspace/features", import.meta.url));

/** A feature knows what is shared, never another feature: each can be taken out whole. */
const featureZones = features.map((feature) => {
  const others = features.filter((f) => f !== feature).join("|");
  return zone([`src/workspace/features/${feature}/**`], noPortal, {
    regex: `(^|/)(${others})/`,
    message: "功能之间互不依赖；都要用的放进 shared 或 frame",
  });
});

export default tseslint.config(
  {
    ignores: ["dist", "node_modules", "src/shared/api/schema.d.ts", "test-results", "playwright-report", "shots"],
  },
  js.configs.recommended,
  { files: ["**/*.js"], languageOptions: { globals: globals.node } },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Numbers in template text are meant: `${n} 项`.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  { files: ["src/workspace/**/*.{ts,tsx}"], ...reactHooks.configs.flat["recommended-latest"] },
  { files: ["src/workspace/**/*.{ts,tsx}"], ...jsxA11y.flatConfigs.strict },
  {
    files: ["src/workspace/**/*.tsx"],
    rules: {
      // Named regions that scroll must take the focus, or a keyboard could not scroll
      // them; lists without bullets lose their role in Safari unless it is written.
      "jsx-a11y/no-noninteractive-tabindex": ["error", { roles: ["region"], tags: ["main", "h2"] }],
      "jsx-a11y/no-redundant-roles": ["error", { ul: ["list"], form: ["search"] }],
    },
  },
  zone(["src/portal/**"], noFramework, noWorkspace, { regex: "(^|/)apidocs/", message: "公开页面不依赖接口文档页" }),
  zone(["src/apidocs/**"], noFramework, noWorkspace, { regex: "(^|/)portal/", message: "接口文档页不依赖公开页面" }),
  zone(["src/shared/**"], noFeature, noWorkspace, noPortal),
  zone(["src/workspace/frame/**"], noFeature, noPortal),
  ...featureZones,
);
