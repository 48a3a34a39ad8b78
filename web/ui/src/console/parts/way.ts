/** One step of a way: where it stands against the one that has been reached. */
export interface WayStep {
  readonly word: string;
  readonly is: 'done' | 'here' | 'ahead';
  readonly name: string;
  /** When it was reached; empty: not yet. Left out where times are not shown. */
  readonly when?: string;
}

/** What the k-th step is when `at` has been reached. */
export const stepIs = (k: number, at: number): WayStep['is'] => (k < at ? 'done' : k === at ? 'here' : 'ahead');
