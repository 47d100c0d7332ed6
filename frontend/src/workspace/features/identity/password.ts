export interface PasswordRule {
  words: string;
  kept: boolean;
}

/** What the server will not take inside a password: what others know of the person. */
export interface Known {
  name?: string;
  login?: string;
  email?: string;
  phone?: string;
  organisation?: string;
}

/** The rules that can be told while typing. The list of leaked passwords is the server's. */
export function passwordRules(password: string, known: Known = {}): PasswordRule[] {
  const length = Array.from(password).length;
  const lower = password.toLowerCase();
  const own = [known.name, known.login, known.email?.split("@")[0], known.phone, known.organisation]
    .map((w) => w?.trim().toLowerCase() ?? "")
    .filter((w) => w.length >= 2);
  return [
    { words: "10 到 128 个字符，字母、数字、汉字、空格都可以", kept: length >= 10 && length <= 128 },
    { words: "不含您的姓名、登录名、邮箱、电话、单位名称", kept: length > 0 && !own.some((w) => lower.includes(w)) },
    { words: "不全是同一个字符，不是连续的数字或字母", kept: length > 0 && !monotone(lower) },
  ];
}

const digits = "01234567890123456789";

function monotone(text: string): boolean {
  if (digits.includes(text)) return true;
  const codes = Array.from(text, (c) => c.codePointAt(0) ?? 0);
  const steps = new Set(codes.slice(1).map((c, i) => c - (codes[i] ?? 0)));
  return codes.length < 2 || (steps.size === 1 && [...steps].every((s) => Math.abs(s) <= 1));
}
