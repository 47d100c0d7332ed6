/** Exact fractions: a rounding in between could decide a winner. */
export interface Fraction {
  n: bigint;
  d: bigint; // > 0
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

/** In lowest terms, a whole number without its denominator. */
export function written({ n, d }: Fraction): string {
  const g = gcd(n < 0n ? -n : n, d) || 1n;
  return d / g === 1n ? String(n / g) : `${n / g}/${d / g}`;
}

/** The nearest whole number of n/d, halves upwards; n ≥ 0. */
export function halfUp({ n, d }: Fraction): bigint {
  return (2n * n + d) / (2n * d);
}

export function compareBig(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
