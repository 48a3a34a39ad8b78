/**
 * One hotline ticket from the city's push to the city's callback, in a real browser against
 * the real program: found with the keyboard, signed for, the caller called, made an incident,
 * answered in two texts, sent back and let out by somebody else, not satisfied for cause,
 * done again by another person. Then a file of tickets with faults, which brings nothing in.
 * axe looks at every page.
 */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { violations } from './axe';
import { picture } from './pictures';
import { Stage } from './stage';

const stage = Stage.up();
let agent: Page;
let desk: Page;
let pushed: { id: string; number: string };



/** What the city hands over: five callers about one heap of rubbish, the first of them twice. */
async function push(page: Page, k: number, more: Readonly<Record<string, unknown>> = {}): Promise<{ id: string; number: string }> {
  const cell: { geometry: { coordinates: [number, number][][] } } = await (await page.request.get('/api/v1/grid/cells/440114002002')).json();
  const ring = cell.geometry.coordinates[0] ?? [];
  const mean = (i: 0 | 1): number => ring.reduce((sum, p) => sum + p[i], 0) / ring.length;
  const answer = await page.request.post('/api/v1/hotline/tickets', {
    headers: { Origin: stage.program.url },
    data: {
      external_id: `A${k}`, number: `穗12345-2611230${k}`, type: 'complaint', description: `桂花路市场后门垃圾堆放两天无人清运，气味很大，请尽快处理。第 ${k} 位来电。`,
      matter: { scheme: 'gb47678.5-2026', kind: 'matter', code: '06010' }, location: { lng: mean(0) + k * 0.0001, lat: mean(1), crs: 'wgs84', address: '桂花路市场后门' },
      caller: { name: '张三', phone: `1380013800${k}` }, ...more,
    },
  });
  expect(answer.status(), await answer.text()).toBe(201);
  const made: { ticket: { id: string; number: string } } = await answer.json();
  return made.ticket;
}

const actions = (page: Page): Locator => page.getByRole('region', { name: '可办操作' });
/** Opens the form of a command, lets `fill` fill it in, and sends it. */
async function give(page: Page, command: string, fill: (form: Locator) => Promise<void>): Promise<void> {
  await actions(page).getByRole('button', { name: command }).first().click();
  const form = page.getByRole('form', { name: command });
  await fill(form);
  await form.getByRole('button', { name: command, exact: true }).click();
  await form.waitFor({ state: 'detached' });
}
async function answer(page: Page, said: string): Promise<void> {
  await give(page, '答复', async (form) => {
    await form.getByRole('textbox', { name: '答复诉求人' }).fill(said);
    await form.getByRole('button', { name: '常用语 回填办理结果' }).click();
    await form.getByRole('listitem').first().getByRole('button').click();
    expect(await form.getByRole('textbox', { name: '回填办理结果' }).inputValue()).not.toBe('');
    await form.getByRole('radio', { name: '实际解决' }).check();
  });
}
const stageIs = (page: Page, name: string): Promise<void> => page.getByRole('list', { name: '工单流程' }).locator('[aria-current="step"]').getByText(name).waitFor();

describe.sequential('a ticket from push to callback', () => {
  test('it is found in the list with the keyboard, beside the hot spot that it is part of', async () => {
    agent = await stage.windowAs('hotline');
    for (const k of [5, 4, 3, 2, 1]) pushed = await push(agent, k);
    await agent.getByRole('link', { name: '热线工单' }).click();
    await agent.getByRole('row').filter({ hasText: pushed.number }).waitFor();
    await agent.getByRole('region', { name: '热点' }).getByRole('button', { name: /5 人.*暴露垃圾/ }).click();
    await agent.getByRole('list', { name: '热点工单' }).getByRole('link', { name: pushed.number }).waitFor();
    expect.soft(await violations(agent), 'axe on the list').toEqual([]);
    await agent.keyboard.press('/');
    await agent.keyboard.type(pushed.number);
    await expect.poll(() => agent.getByRole('row').count()).toBe(2);
    await agent.getByRole('searchbox', { name: '搜索工单编号、内容、地址' }).press('Escape');
    await agent.keyboard.press('j');
    await agent.keyboard.press('Enter');
    await agent.getByRole('heading', { level: 1 }).getByText(pushed.number).waitFor();
  });

  test('it is signed for, and the caller called; who it is is shown for a reason, once', async () => {
    await stageIs(agent, '已接收');
    await agent.keyboard.press('s');
    await stageIs(agent, '已签收');
    await agent.getByRole('button', { name: '查看电话' }).click();
    await agent.getByRole('form', { name: '查看电话' }).getByRole('textbox').fill('先行联系诉求人');
    await agent.getByRole('form', { name: '查看电话' }).getByRole('button').click();
    await agent.getByText('13800138001').waitFor();
    await agent.getByRole('button', { name: '看完了' }).click();
    await agent.getByText('138****8001').waitFor();
    const calls = agent.getByRole('region', { name: '先行联系' }).getByRole('listitem');
    await agent.getByRole('button', { name: '未接通' }).click();
    await calls.first().waitFor();
    await agent.getByRole('textbox', { name: '通话要点（选填）' }).fill('已告知受理情况');
    await agent.getByRole('button', { name: '已联系上' }).click();
    await calls.nth(1).waitFor();
    await agent.getByRole('region', { name: '办理过程' }).getByText('先行联系诉求人').waitFor();
  });

  test('it becomes an incident, and another joins that one', async () => {
    await agent.getByText('须先转为事件或关联已有事件，才能答复').waitFor();
    await agent.getByRole('button', { name: '转为事件' }).click();
    expect.soft(await violations(agent), 'axe on the report').toEqual([]);
    await agent.getByRole('form', { name: '转为事件' }).getByRole('button', { name: '转为事件' }).click();
    const incident = agent.getByRole('region', { name: '关联事件' });
    await incident.getByText(/440114-\d{8}-\d{5}/).waitFor();

    const other = await push(agent, 2, { version: 2 });
    await agent.goto(`/hotline/${other.id}`);
    await agent.getByRole('button', { name: '签收' }).click();
    await agent.getByRole('button', { name: /^关联 440114/ }).first().click();
    await incident.getByText(/440114-\d{8}-\d{5}/).waitFor();
    await agent.getByRole('region', { name: '同一事件的其他工单' }).getByRole('link', { name: pushed.number }).click();
    await agent.getByRole('heading', { level: 1 }).getByText(pushed.number).waitFor();
  });

  test('it is answered in two texts; somebody else sends it back once, then lets it out', async () => {
    await answer(agent, '您好，已到场清运并加派一次收集。');
    await stageIs(agent, '已答复');
    await agent.getByText('本人的答复须由另一人审核').waitFor();
    expect(await actions(agent).getByRole('button', { name: '答复质量审核' }).count()).toBe(0);

    desk = await stage.windowAs('district');
    await desk.goto(`/hotline/${pushed.id}`);
    await give(desk, '答复质量审核', async (form) => {
      await form.getByRole('radio', { name: '退回重写' }).check();
      await form.getByRole('button', { name: '答复质量审核', exact: true }).click();
      await form.getByText('必填').waitFor();
      expect.soft(await violations(desk), 'axe on the review').toEqual([]);
      await form.getByRole('textbox', { name: '退回原因' }).fill('请写明以后怎么清运');
    });
    await agent.getByText('请写明以后怎么清运').first().waitFor();
    await answer(agent, '您好，已到场清运，今后每日早晚各收一次，请监督。');
    await desk.getByText('第 2 稿').waitFor();
    await picture(desk, 'ticket');
    await give(desk, '答复质量审核', (form) => form.getByRole('radio', { name: '审核通过' }).check());
    await stageIs(desk, '已审核');
    await desk.getByRole('region', { name: '时限' }).getByText('按时').nth(2).waitFor();
  });

  test('not satisfied for cause: once more, by another person, approved a level up', async () => {
    await agent.getByText('等待市热线回访').waitFor();
    await give(agent, '登记回访', async (form) => {
      await form.getByRole('radio', { name: '不满意' }).check();
      await form.getByRole('checkbox', { name: '有理由的不满意' }).check();
      await form.getByRole('textbox', { name: '诉求人意见' }).fill('第二天又堆满了');
    });
    await give(agent, '不满意重办', async (form) => {
      await form.getByLabel('重办人').fill('hotline');
      await form.getByRole('textbox', { name: '重办理由' }).fill('清运没有坚持');
      await form.getByRole('button', { name: '不满意重办', exact: true }).click();
      await form.getByRole('alert').getByText('重办须由另一人办理').waitFor();
      await form.getByLabel('重办人').fill('district');
    });
    for (const page of [agent, desk]) await page.getByText('重办申请待 hotline 的上一级批准').waitFor();
    await give(desk, '不满意重办', (form) => form.getByRole('radio', { name: '同意重办', exact: true }).check());
    await desk.getByText('第二次办理').first().waitFor();
    await answer(desk, '您好，已换大容量垃圾桶并固定早晚清运。');
    await give(agent, '答复质量审核', (form) => form.getByRole('radio', { name: '审核通过' }).check());
    await give(agent, '登记回访', (form) => form.getByRole('radio', { name: '满意', exact: true }).check());
    await agent.getByText('当前没有您可办的操作').waitFor();
    await stageIs(agent, '已回访');
    expect.soft(await violations(agent), 'axe on the ticket').toEqual([]);
  });

  test('the incident knows its tickets, and the ticket is a paper', async () => {
    await agent.getByRole('link', { name: '打开事件' }).click();
    await agent.getByRole('region', { name: '12345 工单' }).getByRole('link', { name: pushed.number }).waitFor();
    await agent.goBack();
    const sheet = await agent.request.get(await agent.getByRole('link', { name: '打印办理单' }).getAttribute('href') ?? '');
    expect([sheet.status(), (await sheet.text()).includes(pushed.number)]).toEqual([200, true]);
    await agent.keyboard.press('Control+k');
    await agent.getByRole('dialog').getByRole('combobox').fill('热线');
    await agent.getByRole('option', { name: '热线工单' }).click();
    await agent.getByRole('heading', { name: '热线工单' }).waitFor();
  });

  test('a file is looked at before it is brought in, every fault with its line', async () => {
    const head = 'external_id,类型,内容,接收时间,电话\n';
    const choose = (rows: string): Promise<void> => agent.locator('input[type=file]').setInputFiles({ name: '工单.csv', mimeType: 'text/csv', buffer: Buffer.from(head + rows) });
    await agent.getByRole('button', { name: '导入工单' }).click();
    await choose('B1,咨询,入学时间,2026-11-23 09:00,13900139001\nB2,骂人,x,昨天,\n');
    await agent.getByText('未导入任何一行').waitFor();
    await agent.getByRole('row', { name: /第 3 行 接收时间/ }).waitFor();
    expect.soft(await violations(agent), 'axe on the faults').toEqual([]);
    await choose('B1,咨询,入学时间,2026-11-23 09:00,13900139001\nB2,求助,路面积水,2026-11-23 09:30,\n');
    await agent.getByRole('button', { name: '确认导入' }).click();
    await agent.getByText('已导入 2 行').waitFor();
    await agent.getByRole('row').filter({ hasText: '路面积水' }).waitFor();
  });

  test('nobody complained', () => {
    // The faulty file and the person who answered before were refused, as they should be.
    expect(stage.watch.complaints.filter((c) => !/status of 422/.test(c))).toEqual([]);
    expect(stage.program.talk()).not.toMatch(/level=ERROR/);
  });
});
