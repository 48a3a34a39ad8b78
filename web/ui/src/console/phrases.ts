/** Ready sentences of the district, by what they are for. */
import { shallowRef } from 'vue';
import { request } from '@shared/api';

interface Phrase {
  readonly kind: string;
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
    phrases.value = answer.items.flatMap((x) => (typeof x.kind === 'string' && typeof x.text === 'string' ? [{ kind: x.kind, text: x.text }] : []));
  } catch {
    asked = false;
  }
}

/** The kinds of text that fit a field of a command. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  return: ['reason_return', 'return'], escalate: ['reason_escalate', 'escalate'], 'request-extension': ['reason_extension', 'request-extension', 'extension'],
  'request-suspension': ['reason_suspension', 'request-suspension', 'suspension'], fail: ['reason_rework', 'fail', 'rework'], decline: ['reason_decline', 'decline'],
  refute: ['reason_refute', 'refute'], appeal: ['reason_appeal', 'appeal'], handle: ['result', 'handle'], help: ['result', 'help'], reply: ['reply'], urge: ['urge', 'reason_urge'],
};

/** What may be put into a field, in file order. */
export function phrasesFor(command: string, field: string): readonly string[] {
  if (!['reason', 'result', 'answer', 'question', 'text', 'task'].includes(field)) return [];
  const wanted = kinds[command] ?? [command, `reason_${command}`];
  return [...new Set(phrases.value.filter((p) => wanted.includes(p.kind)).map((p) => p.text))];
}

/** Puts names where a phrase leaves room for them; what is not known stays as a gap to be filled. */
export function fillIn(text: string, names: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => names[name] || (hole === '' ? '' : '＿＿'));
}
