// Two types are the same, not merely assignable, if this compiles with true.

export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export function holds<_Claim extends true>(): void {}
