/** Refusals in words: the rule's own Chinese sentence first, then our sentence for the code, then what the server wrote. */
import type { ProblemError } from '@shared/api';

type Say = (key: string) => string;
type Has = (key: string) => boolean;

/** Whether a failed write may nevertheless have been stored: then only asking again with the same key tells. */
export function outcomeUnknown(error: ProblemError): boolean {
  return error.status >= 500 && !['overloaded', 'contended', 'ledger_down', 'starting', 'not_ready'].includes(error.code);
}

export function refusalText(error: ProblemError, t: Say, te: Has, language: string): string {
  const p = error.problem;
  if (language === 'zh' && p.detail_zh !== '') return p.detail_zh;
  if (language !== 'zh' && p.detail !== '') return p.detail;
  const key = `refusal.${p.code}`;
  if (p.code !== '' && te(key)) return t(key);
  if (p.status === 429 || p.status === 503) return t('error.overloaded');
  if (p.status >= 500) return t('error.server');
  if (p.status === 403) return t('error.forbidden');
  if (p.status === 404) return t('error.notFound');
  if (p.errors.length > 0) return `${t('error.invalid')}：${p.errors.map((e) => `${e.pointer.replace(/^\//, '')} ${e.detail}`).join('；')}`;
  return p.detail || p.title || t('error.unknown');
}
