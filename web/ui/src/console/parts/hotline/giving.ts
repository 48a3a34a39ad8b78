/** A word given about the open ticket: once, however often it is sent; the page takes the answer at once. */
import { ref } from 'vue';
import { ProblemError } from '@shared/api';
import { useDoing, type Doing } from '../../doing';
import { hotlineApi, type TicketDetail } from '../../hotline';
import { showTicket, tookTicket } from './opened';

export interface Giving extends Pick<Doing, 'busy' | 'wrong'> {
  /** True when it was done. */
  give(id: string, command: string, body: Readonly<Record<string, unknown>>): Promise<boolean>;
  /** The same, with the answer to it. */
  ask(id: string, command: string, body: Readonly<Record<string, unknown>>): Promise<TicketDetail | undefined>;
}

export function useGiving(): Giving {
  const doing = useDoing();
  // Two calls that nobody answered are two facts: what was done is not asked again.
  const done = ref(0);
  async function ask(id: string, command: string, body: Readonly<Record<string, unknown>>): Promise<TicketDetail | undefined> {
    const answer = await doing.run({ id, command, body, done: done.value }, (_, key) => hotlineApi.give(id, command, body, key));
    if (answer === undefined) {
      // Somebody was faster: what they did is shown, and decided on.
      if (doing.error.value instanceof ProblemError && doing.error.value.status === 409) void showTicket(id);
      return undefined;
    }
    done.value++;
    tookTicket(answer);
    return answer;
  }
  return { busy: doing.busy, wrong: doing.wrong, ask, give: async (id, command, body) => (await ask(id, command, body)) !== undefined };
}
