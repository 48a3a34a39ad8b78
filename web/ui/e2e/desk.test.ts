/**
 * The moves of the trade at the desks, in a real browser against the real program: a unit
 * asks for more time and is shown by which line it was given the work; the street's desk
 * answers in its inbox and reminds several at once; shifts are handed over and signed;
 * the administrator changes a line of the responsibility data, and a faulty file changes
 * nothing. axe looks at every page.
 */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { violations } from './axe';
import { give, openIncident } from './console';
import { Stage } from './stage';

const office = '440114002-S01';
const stage = Stage.up();
let street: Page;
const made: { id: string; number: string }[] = [];



/** What an inspector reports of signs in the way: with its criterion it goes to the office at once. */
async function report(words: string): Promise<void> {
  const context = await stage.browser.newContext({ baseURL: stage.program.url });
  await context.request.post('/api/v1/sessions', { data: { username: 'inspector', password: stage.program.password } });
  const cell: { geometry: { coordinates: [number, number][][] } } = await (await context.request.get('/api/v1/grid/cells/440114002002')).json();
  const ring = cell.geometry.coordinates[0] ?? [];
  const mean = (k: 0 | 1): number => ring.reduce((sum, p) => sum + p[k], 0) / ring.length;
  const answer = await context.request.post('/api/v1/incidents', {
    data: {
      source: 'inspector', matter: { scheme: 'gb47678.5-2026', kind: 'matter', code: '07003' }, criterion: 'gb47678.5-2026/matter/07003/1', description: words,
      location: { lng: mean(0) + made.length * 0.002, lat: mean(1), crs: 'wgs84', address: '桂花路口' },
    },
  });
  expect(answer.status(), await answer.text()).toBe(201);
  made.push(await answer.json());
  const { id } = made.at(-1) ?? { id: '' };
  await expect.poll(async () => ((await (await context.request.get(`/api/v1/incidents/${id}`)).json()) as { holder: { unit: string } | null }).holder?.unit, { timeout: 20_000 }).toBe(office);
  await context.close();
}

describe.sequential('the moves of the trade', () => {
  test('a unit sees until when to sign and why it is theirs, and asks for more time', async () => {
    await report('水果店新装的招牌伸到人行道上。');
    await report('五金店门头灯箱破损，有坠落危险。');
    const handler = await stage.windowAs('handler');
    await openIncident(handler, made[0]!.number);
    await handler.getByText(/待签收 · .*后视为签收/).waitFor();
    await handler.getByRole('heading', { name: '派遣依据' }).waitFor();
    await handler.getByText(/权责清单第 \d+ 条/).first().waitFor();

    await handler.getByRole('region', { name: '可办操作' }).getByRole('button', { name: '退单' }).click();
    const back = handler.getByRole('form', { name: '退单' });
    await back.getByText('派来依据').waitFor();
    await back.getByText(/退单时限还剩/).waitFor();
    expect.soft(await violations(handler), 'axe on a form').toEqual([]);
    await back.getByRole('button', { name: '取消' }).first().click();

    await give(handler, '申请延期', { kind: 'text', label: '原因', value: '店主外出，约明早到场整改。' });
    await handler.getByText('店主外出，约明早到场整改。').first().waitFor();
    await handler.context().close();
  });

  test('the desk finds it in its inbox and grants it there', async () => {
    street = await stage.windowAs('street');
    await street.getByRole('link', { name: /审批/ }).click();
    const row = street.getByRole('row').filter({ hasText: made[0]!.number.slice(-10) });
    await row.getByText('店主外出').waitFor();
    expect.soft(await violations(street), 'axe on the inbox').toEqual([]);
    await row.getByRole('checkbox').check();
    await street.getByRole('button', { name: '批量同意' }).click();
    const granted = async (): Promise<number> => {
      const now: { extensions: number } = await (await street.request.get(`/api/v1/incidents/${made[0]!.id}`)).json();
      return now.extensions;
    };
    await expect.poll(granted, { timeout: 20_000 }).toBe(1);
    await row.getByRole('checkbox').waitFor({ state: 'detached' });
  });

  test('several are reminded at once, with a result on every row', async () => {
    await street.goto('/?view=open&sort=-reported_at');
    for (const x of made) await street.locator(`[id="row-${x.id}"]`).getByRole('checkbox').check();
    await street.getByRole('toolbar', { name: '已选事件' }).getByRole('button', { name: '催办' }).click();
    const sheet = street.getByRole('dialog', { name: '批量催办' });
    await sheet.getByRole('textbox', { name: '原因' }).fill('今天下班前到场。');
    await sheet.getByRole('button', { name: '催办', exact: true }).click();
    await sheet.getByText('2 件成功，0 件未生效').waitFor();
    await sheet.getByRole('button', { name: '完成' }).click();
  });

  test('a shift is written from the ledger and handed over, and nobody signs for both', async () => {
    await street.getByRole('link', { name: '值班', exact: true }).click();
    await street.getByRole('heading', { name: /值班简报/ }).waitFor();
    for (const part of ['值班表', '非工作时间来件', '专项行动', '巡查覆盖']) {
      await street.getByRole('link', { name: part, exact: true }).click();
      await street.getByRole('status', { name: '载入中…' }).waitFor({ state: 'detached' });
      expect.soft(await violations(street), `axe on ${part}`).toEqual([]);
    }
    await street.getByRole('link', { name: '交接班', exact: true }).click();
    await street.getByRole('textbox', { name: '交班说明' }).fill('桂花路口两处招牌已催办。');
    await street.getByRole('button', { name: '生成交接单' }).click();
    await street.getByText('草稿，签字前可重新生成').waitFor();
    await street.getByRole('button', { name: '交班签字' }).click();
    await street.getByText('一方已签字').waitFor();
    await street.getByText('桂花路口两处招牌已催办。').waitFor();
    await street.getByRole('button', { name: '接班签字' }).click();
    await street.getByRole('alert').waitFor();
    expect.soft(await violations(street), 'axe on the handover').toEqual([]);
    await street.context().close();
  });

  test('the administrator changes one line, sees what changes, and a faulty file changes nothing', async () => {
    const admin = await stage.windowAs('admin');
    await admin.getByRole('link', { name: /^单位/ }).click();
    await admin.getByRole('heading', { name: /^单位/ }).waitFor();
    await admin.getByRole('searchbox', { name: '在表中查找' }).fill(office);
    await admin.getByRole('button', { name: `修改 ${office}` }).click();
    const row = admin.getByRole('form', { name: '修改一行' });
    await row.getByLabel('收发员').fill('李四');
    await row.getByRole('button', { name: '确定' }).click();
    await admin.getByRole('button', { name: '预览变更' }).click();
    const preview = admin.getByRole('region', { name: '预览变更' }).first();
    await preview.getByText('李四').waitFor();
    expect.soft(await violations(admin), 'axe on a preview').toEqual([]);
    await preview.getByRole('button', { name: '发布' }).click();
    await admin.getByText('已发布').waitFor();

    await admin.getByRole('button', { name: '导入' }).click();
    await admin.locator('input[type=file]').setInputFiles({ name: 'units.csv', mimeType: 'text/csv', buffer: Buffer.from('code,name\nX1,没有的单位\n') });
    await admin.getByRole('alert').getByText(/未导入任何一行/).waitFor();
    await admin.getByRole('link', { name: /版本历史/ }).click();
    await admin.getByRole('row').nth(1).getByText('单位').waitFor();
    expect(await admin.getByRole('row').count()).toBe(2);
    await admin.getByRole('link', { name: '职责裁定' }).click();
    await admin.getByRole('heading', { name: '职责裁定' }).waitFor();
    expect.soft(await violations(admin), 'axe on the rulings').toEqual([]);
    await admin.context().close();
  });

  test('nobody complained', () => {
    // The faulty file and the second signature were refused, as they should be: the browser notes both.
    expect(stage.watch.complaints.filter((c) => !/status of 422/.test(c))).toEqual([]);
    expect(stage.program.talk()).not.toMatch(/level=ERROR/);
  });
});
