import { describe, expect, test } from 'vitest';
import { rootCause } from '../../src/checks/root-cause.ts';
import type { Finding, Status } from '../../src/core/report.ts';
import type { Layer } from '../../src/core/layer.ts';
import { testNode } from '../support/node.ts';

const node = testNode({
  services: {
    api: { kind: 'api', manager: 'supervisor' },
    llama: { kind: 'llama', manager: 'supervisor', gpu: true },
    cron: { kind: 'other', manager: 'supervisor' },
    worker: { kind: 'worker', manager: 'supervisor', needs: ['cron'] },
  },
});

function finding(check: string, layer: Layer, status: Status, service?: string): Finding {
  const subject = service === undefined ? 'node' : `service:${service}`;
  return {
    node: 'gpu-1',
    check,
    subject,
    status,
    summary: check,
    layer,
    role: 'finding',
    evidence: [],
    ...(service !== undefined && { service }),
  };
}

const roles = (...findings: Finding[]) =>
  rootCause(findings, node).map(
    ({ check, service, role }) => `${role} ${check}${service === undefined ? '' : ` ${service}`}`,
  );

describe('the lowest failing layer is the cause', () => {
  test('a broken model explains its server and the api that declares no needs', () => {
    expect(
      roles(
        finding('service.health', 'api', 'degraded', 'api'),
        finding('service.running', 'inference', 'critical', 'llama'),
        finding('model.complete', 'model', 'critical', 'llama'),
      ),
    ).toEqual(['cause model.complete llama', 'consequence service.running llama', 'consequence service.health api']);
  });

  test('within a service the log says why before the manager and the port show that', () => {
    expect(
      roles(
        finding('service.health', 'inference', 'critical', 'llama'),
        finding('service.running', 'inference', 'critical', 'llama'),
        finding('service.log', 'inference', 'critical', 'llama'),
      )[0],
    ).toBe('cause service.log llama');
  });

  test('a dead GPU explains the services that use one and what needs them, not the others', () => {
    expect(
      roles(
        finding('gpu.nvml', 'gpu', 'critical'),
        finding('gpu.count', 'gpu', 'unknown'),
        finding('service.running', 'inference', 'critical', 'llama'),
        finding('service.running', 'inference', 'critical', 'cron'),
        finding('service.health', 'api', 'degraded', 'api'),
      ),
    ).toEqual([
      'cause gpu.nvml',
      'cause service.running cron',
      'consequence service.running llama',
      'consequence gpu.count',
      'consequence service.health api',
    ]);
  });

  test('a worker that declares its needs does not suffer from what it does not need', () => {
    expect(
      roles(
        finding('service.running', 'inference', 'critical', 'llama'),
        finding('service.running', 'worker', 'critical', 'worker'),
      ),
    ).toEqual(['cause service.running llama', 'cause service.running worker']);
  });

  test('a disk that is merely fuller than one likes explains nothing', () => {
    expect(
      roles(finding('node.disk', 'storage', 'degraded'), finding('service.running', 'inference', 'critical', 'llama')),
    ).toEqual(['cause service.running llama', 'cause node.disk']);
  });

  test('what is unknown is never blamed, but for a node out of reach', () => {
    expect(
      roles(finding('gpu.nvml', 'gpu', 'unknown'), finding('service.running', 'inference', 'critical', 'llama')),
    ).toEqual(['cause service.running llama', 'finding gpu.nvml']);
    expect(
      roles(finding('node.reach', 'reach', 'unknown'), finding('service.running', 'inference', 'unknown', 'llama')),
    ).toEqual(['cause node.reach', 'consequence service.running llama']);
  });

  test('a degraded service does not explain one that is down', () => {
    expect(
      roles(
        finding('service.health', 'inference', 'degraded', 'llama'),
        finding('service.health', 'api', 'critical', 'api'),
      ),
    ).toEqual(['cause service.health api', 'cause service.health llama']);
  });

  test('nothing wrong has no cause', () => {
    expect(roles(finding('node.disk', 'storage', 'ok'), finding('gpu.nvml', 'gpu', 'not_applicable'))).toEqual([
      'finding gpu.nvml',
      'finding node.disk',
    ]);
  });
});
