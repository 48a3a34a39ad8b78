/** What a job's trouble is called. */
const words: Readonly<Record<string, string>> = { unreachable: 'm.problemUnreachable', login: 'm.problemLogin', photo_lost: 'm.problemPhoto' };

export function problemText(problem: string, t: (key: string) => string): string {
  const key = words[problem];
  return key === undefined ? problem : t(key);
}
