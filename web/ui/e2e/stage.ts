/** What every test with a console needs: the real program, a browser, and people logged in. */
import type { APIRequestContext, Browser, Page } from 'playwright-core';
import { afterEach, beforeAll, expect } from 'vitest';
import { launch, Watch, windowOf } from './browser';
import { logIn } from './console';
import { keepSight } from './pictures';
import { start, type Program } from './program';

const desk = { viewport: { width: 1440, height: 900 } };

/** A program and a browser of a test file, from before its first test until after its last. */
export class Stage {
  readonly watch = new Watch();
  program!: Program;
  browser!: Browser;

  /** Sets the stage up for the file that calls it; what windows show when a test fails is kept. */
  static up(): Stage {
    const stage = new Stage();
    beforeAll(async () => {
      stage.program = await start();
      stage.browser = await launch();
      return async () => {
        await stage.browser.close();
        expect(await stage.program.stop(), 'exit code of the program').toBe(0);
      };
    });
    afterEach(async ({ task }) => {
      if (task.result?.state === 'fail') await keepSight(stage.browser);
    });
    return stage;
  }

  /** A window in which somebody has logged in. */
  async windowAs(name: string): Promise<Page> {
    const page = await windowOf(this.browser, this.watch, name, this.program.url, desk);
    await logIn(page, '/login', name, this.program.password);
    await page.getByRole('navigation').first().waitFor();
    return page;
  }

  /** Requests of somebody who has logged in, without a window. */
  async requestsAs(name: string): Promise<APIRequestContext> {
    const context = await this.browser.newContext({ baseURL: this.program.url });
    await context.request.post('/api/v1/sessions', { data: { username: name, password: this.program.password } });
    return context.request;
  }
}
