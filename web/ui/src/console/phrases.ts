/** Ready sentences of the district, by what they are for. */
import { shallowRef } from 'vue';
import { request } from '@shared/api';

interface Phrase {
  readonly kind: string;
  /** scheme/kind/code; null: for any. */
  readonly matter: string | null;
  readonly text: string;
}
const phrases = shallowRef<readonly Phrase[]>([]);
let asked = false;

/** Loads them once; without them the fields are as good, only slower. */
export async function loadPhrases(): Promise<void> {
  if (asked) return;
  asked = true;
  try {
    const answer = await request<{ readonly items: readonly Partial<Phrase>[] }>('GET', '/phrases');
    phrases.value = answer.items.flatMap((x) => (typeof x.kind === 'string' && typeof x.text === 'string' ? [{ kind: x.kind, matter: x.matter ?? null, text: x.text }] : []));
  } catch {
    asked = false;
  }
}

/** What a sentence of each command is kept under. */
const kinds: Readonly<Record<string, string>> = {
  return: 'return', 'refuse-return': 'return', escalate: 'escalate', 'request-extension': 'extension', 'request-suspension': 'suspension', fail: 'rework', decline: 'decline', refute: 'refute',
  appeal: 'appeal', handle: 'result', help: 'result', reply: 'reply', urge: 'urge', supervise: 'supervise',
};

/** What may be put into a field: sentences for any matter and for this one, in file order. */
export function phrasesFor(command: string, field: string, matter: string): readonly string[] {
  if (!['reason', 'result', 'answer', 'question', 'text', 'task'].includes(field)) return [];
  const wanted = kinds[command];
  return wanted === undefined ? [] : [...new Set(phrases.value.filter((p) => p.kind === wanted && (p.matter === null || p.matter === matter)).map((p) => p.text))];
}

/** Sentences of one kind, for any matter and for this one. */
export function sentences(kind: string, matter: string): readonly string[] {
  return [...new Set(phrases.value.filter((p) => p.kind === kind && (p.matter === null || p.matter === matter)).map((p) => p.text))];
}

/** Puts names where a phrase leaves room for them; what is not known stays as a gap to be filled. */
export function fillIn(text: string, names: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => names[name] || (hole === '' ? '' : '＿＿'));
}
