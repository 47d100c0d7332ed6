import type { ThemeConfig } from "antd";
import tokens from "../shared/tokens.css?raw";

/**
 * A colour of tokens.css. Ant Design derives shades from the values themselves, so
 * a CSS variable will not do; reading the one file keeps both faces in one palette.
 */
export function colour(name: string): string {
  const value = new RegExp(`--${name}: (#[0-9a-f]{3,6})`).exec(tokens)?.[1];
  if (value === undefined) throw new Error(`tokens.css has no colour --${name}`);
  return value;
}

/** Ant Design in our colours: its own greys and status colours fail WCAG AA on white. */
export const theme: ThemeConfig = {
  token: {
    colorPrimary: colour("brand"),
    colorInfo: colour("brand"),
    colorInfoBg: colour("brand-wash"),
    colorInfoBorder: colour("brand-wash"),
    colorLink: colour("brand"),
    colorLinkHover: colour("brand-deep"),
    colorLinkActive: colour("brand-deep"),
    colorText: colour("ink"),
    colorTextHeading: colour("ink"),
    colorTextSecondary: colour("ink-2"),
    colorTextTertiary: colour("ink-3"),
    colorTextDescription: colour("ink-3"),
    colorTextPlaceholder: colour("ink-3"),
    colorTextDisabled: colour("ink-3"),
    colorBorder: colour("line"),
    colorBorderSecondary: colour("line-2"),
    colorSuccess: colour("ok"),
    colorSuccessBg: colour("ok-wash"),
    colorSuccessBorder: colour("ok-wash"),
    colorWarning: colour("warn"),
    colorWarningBg: colour("warn-wash"),
    colorWarningBorder: colour("warn-wash"),
    colorError: colour("seal"),
    colorErrorBg: colour("seal-wash"),
    colorErrorBorder: colour("seal-wash"),
    colorBgLayout: colour("ground"),
    borderRadius: 4,
    fontFamily: "var(--font)",
    fontSize: 14,
    lineHeight: 1.6,
    controlHeight: 36,
    motion: false,
  },
  components: {
    Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none" },
  },
};
