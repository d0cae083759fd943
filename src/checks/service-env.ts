import { defineCheck, need, services, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { unitOf, type ManagerName, type Service } from '../core/service.ts';
import { serviceEnviron, type Compared, type ServiceEnviron } from '../probes/service-environ.ts';
import { managerOf } from './managed.ts';

/** A service that was configured right and not started anew still has the old environment: only its process knows. */
export const serviceEnv = defineCheck({
  name: 'service.env',
  summary: 'The environment of a running service holds what it must, and hides no GPU from it',
  layer: 'inference',
  rule: 'Critical when a declared variable is missing or another one, or when one hides every GPU; degraded when LD_LIBRARY_PATH leads to a stub of the driver; unknown when declared ones may not be read.',
  unseen: 'What a program sets for itself after its start, and processes other than the main one.',
  subjects: services(({ manager, env, gpu }) => manager !== 'none' && (gpu || Object.keys(env).length > 0)),
  needs(service, node) {
    const { manager, place, units } = managerOf(service, node);
    return {
      environ: need(serviceEnviron, { manager, place, units, unit: unitOf(service), wanted: service.env }),
    };
  },
  evaluate({ environ }, service): readonly Verdict[] {
    if (!environ.seen) return unseen(environ, service);
    const { pid, program, hiding, stubs, compared } = environ;
    const of = `in the environment of its process ${pid} (${program})`;
    const wrong = Object.entries(compared).filter(([, how]) => how !== 'same');
    const trouble: Verdict[] = [];
    if (wrong.length > 0) {
      const said = wrong.map(([name, how]) => `${name} ${meanings[how]}`).join(', ');
      trouble.push(bad(service, `${service.name}: ${said} ${of}; values are not shown.`));
    }
    if (service.gpu && hiding.length > 0)
      trouble.push(bad(service, `${service.name}: ${hiding.join(' and ')} hides every GPU from it, ${of}.`));
    if (service.gpu && stubs) {
      const summary = `${service.name}: LD_LIBRARY_PATH leads to a stub of the driver library, ${of}: CUDA may not start.`;
      trouble.push({ ...bad(service, summary), status: 'degraded' });
    }
    if (trouble.length > 0) return trouble;
    const many = Object.keys(compared).length;
    const holds = many === 0 ? 'nothing' : `${count(many, 'declared variable')} as declared, and nothing`;
    const summary = `${service.name}: ${holds} that hides a GPU ${of}.`;
    return [
      {
        status: 'ok',
        summary: service.gpu ? summary : `${service.name}: ${count(many, 'declared variable')} as declared ${of}.`,
      },
    ];
  },
});

const meanings: Record<Compared, string> = {
  same: 'is as declared',
  missing: 'is missing',
  empty: 'is empty',
  different: 'is not what it must be',
  nearly: 'has blanks or quotes around what it must be',
};

const bad = (service: Service, summary: string): Verdict => ({
  status: 'critical',
  summary,
  restartHelps: 'after-fix',
  next: [
    {
      say:
        service.manager === 'compose'
          ? 'Correct it in the compose file or its env_file, then let `docker compose up -d` make the container anew: a restart keeps the environment it has.'
          : `Correct it ${places[service.manager]}, then restart ${service.name}: a process keeps what it was started with.`,
    },
  ],
});

const places: Record<Exclude<ManagerName, 'compose'>, string> = {
  supervisor: 'in environment= of the program, and have supervisor update it',
  pm2: 'in its ecosystem file, and start it with --update-env',
  systemd: 'in its unit or environment file, and reload systemd',
  none: 'where it is started',
};

/** That a GPU service can't be looked into is a side matter; what was declared and can't be compared is a gap. */
function unseen(environ: ServiceEnviron & { seen: false }, service: Service): readonly Verdict[] {
  const many = Object.keys(service.env).length;
  if (many === 0 || environ.why === 'down') return [];
  const why = environ.why === 'denied' ? 'the login user may not read it' : 'the process ended meanwhile';
  return [
    {
      status: 'unknown',
      summary: `${service.name}: whether the environment of its process ${environ.pid} holds what is declared is not known: ${why}.`,
      next: environ.why === 'denied' ? [{ say: 'Declare `become: sudo` for the service, or log in as its user.' }] : [],
    },
  ];
}
