/** What each command asks of its giver, which key gives it, and in which order they are offered. */
import type { Command } from '@shared/wire';

export type FieldKind =
  | 'text' | 'area' | 'unit' | 'units' | 'return_code' | 'escalate_code' | 'matter' | 'criterion' | 'severity' | 'time' | 'condition' | 'score' | 'photos';

export interface CommandField {
  readonly name: string;
  readonly kind: FieldKind;
  readonly required: boolean;
  /** Key of the label in `form`. */
  readonly label: string;
}

export interface CommandSpec {
  readonly command: Command;
  readonly key: string | null;
  readonly tone: 'primary' | 'plain' | 'danger';
  readonly fields: readonly CommandField[];
}

const must = (name: string, kind: FieldKind, label = name): CommandField => ({ name, kind, required: true, label });
const may = (name: string, kind: FieldKind, label = name): CommandField => ({ name, kind, required: false, label });
const reason = must('reason', 'area');
const note = may('note', 'text');
const photos = may('photos', 'photos');

const spec = (
  command: Command, key: string | null, tone: CommandSpec['tone'], ...fields: readonly CommandField[]
): CommandSpec => ({ command, key, tone, fields });

/** In the order of the workflow: what carries an incident on stands before what holds it up. */
export const specs: readonly CommandSpec[] = [
  spec('confirm', 'v', 'primary', note, photos),
  spec('refute', 'n', 'plain', reason, photos),
  spec('file', 'f', 'primary', must('matter', 'matter'), must('criterion', 'criterion'), may('severity', 'severity'), note),
  spec('decline', 'd', 'plain', reason),
  spec('dispatch', 'a', 'primary', must('unit', 'unit'), may('reason', 'text'), note),
  spec('accept', 's', 'plain', note),
  spec('handle', 'h', 'primary', must('result', 'area'), photos),
  spec('pass', 'p', 'primary', note, photos),
  spec('fail', 'l', 'plain', reason, photos),
  spec('close', 'o', 'primary', must('closing_condition_met', 'condition', 'condition'), note),
  spec('return', 'r', 'plain', must('code', 'return_code'), reason),
  spec('transfer', 't', 'plain', must('unit', 'unit'), reason),
  spec('escalate', 'e', 'plain', must('code', 'escalate_code'), reason),
  spec('open-coordination', null, 'plain', must('units', 'units'), must('question', 'area')),
  spec('conclude-coordination', null, 'primary', must('lead', 'unit', 'lead'), may('helpers', 'units')),
  spec('request-extension', null, 'plain', reason),
  spec('grant-extension', null, 'primary', note),
  spec('refuse-extension', null, 'plain', reason),
  spec('request-suspension', null, 'plain', must('until', 'time'), reason),
  spec('grant-suspension', null, 'primary', note),
  spec('refuse-suspension', null, 'plain', reason),
  spec('resume', null, 'primary', note),
  spec('reply', null, 'primary', must('answer', 'area')),
  spec('reopen', 'y', 'plain', reason),
  spec('appeal', null, 'plain', reason),
  spec('uphold-appeal', null, 'plain', note),
  spec('reject-appeal', null, 'plain', reason),
  spec('urge', 'u', 'plain', reason),
  spec('supervise', null, 'plain', must('question', 'area'), must('reply_by', 'time', 'replyBy')),
  spec('rate', null, 'plain', must('score', 'score'), must('by', 'text')),
  spec('hand-over', null, 'plain', must('agency', 'text'), must('receipt', 'text'), may('rest', 'area')),
  spec('correct', null, 'plain', must('field', 'text'), must('value', 'text'), reason),
  spec('comment', 'm', 'plain', must('text', 'area')),
  spec('attach', null, 'plain', must('photos', 'photos')),
  spec('merge', null, 'plain', must('into', 'text')),
  spec('void', null, 'danger', reason),
];

/** The specs of the commands that the server allows now, in our order; an unknown one is not offered. */
export function offered(allowed: readonly string[]): readonly CommandSpec[] {
  return specs.filter((s) => allowed.includes(s.command));
}

/** Those shown at once; the others stand behind 更多. */
export function inFront(all: readonly CommandSpec[], room = 5): { readonly front: readonly CommandSpec[]; readonly rest: readonly CommandSpec[] } {
  const quiet = (s: CommandSpec): boolean => ['void', 'merge', 'attach', 'comment', 'correct', 'hand-over', 'supervise'].includes(s.command);
  const loud = all.filter((s) => !quiet(s)).slice(0, room);
  // Where little can be done, a remark is no longer a detail.
  const front = loud.length >= 2 ? loud : [...loud, ...all.filter((s) => quiet(s) && s.tone !== 'danger')].slice(0, 3);
  return { front, rest: all.filter((s) => !front.includes(s)) };
}

/** Commands that make sense for many incidents at once: their fields mean the same for each. */
export const bulkCommands: readonly Command[] = ['dispatch', 'accept', 'escalate', 'return', 'urge', 'pass', 'close', 'comment', 'void'];

export type Values = Readonly<Record<string, unknown>>;

/** The names of required fields that are not filled in. */
export function missing(s: CommandSpec, values: Values): readonly string[] {
  return s.fields
    .filter((f) => {
      if (!f.required) return false;
      const v = values[f.name];
      if (f.kind === 'condition') return v !== true;
      return v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0);
    })
    .map((f) => f.name);
}

/** The body of the command: what was filled in, and nothing else. */
export function body(s: CommandSpec, values: Values): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const f of s.fields) {
    const v = values[f.name];
    if (v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0)) continue;
    out[f.name] = typeof v === 'string' ? v.trim() : v;
  }
  return out;
}
