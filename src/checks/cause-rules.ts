import { layers, type Layer } from '../core/layer.ts';

/** Whom trouble can reach; how each is found out stands in `reached.ts`. */
export type Reach =
  /** All that is known of the node. */
  | 'everything'
  /** What the same cause left unknown in its own layer. */
  | 'its layer'
  /** All services of the node. */
  | 'services'
  /** The services under the manager that is the subject. */
  | 'managed'
  /** The services with files on the mount that is the subject, and those files. */
  | 'mount'
  /** Other findings on the GPUs: on the same one, or on all of them. */
  | 'gpus'
  /** The services that hold a GPU. */
  | 'gpu users'
  /** The same service. */
  | 'itself'
  /** All that is ComfyUI. */
  | 'comfyui'
  /** The services that need this one. */
  | 'dependants'
  /** What is said of the GPUs of the containers of the stack. */
  | 'stack gpus'
  /** What compose could not start of the stack. */
  | 'stack start'
  /** What was to be fetched for the stack. */
  | 'stack models'
  /** What can't be known of the stack. */
  | 'stack unknown';

/** One way in which trouble shows elsewhere. */
export interface CauseRule {
  /** Layers of the cause. */
  readonly layers: readonly Layer[];
  /** For these checks alone. */
  readonly checks?: readonly string[];
  /** For all checks of its layers but these. */
  readonly except?: readonly string[];
  readonly reach: Reach;
  /** Explains also what is worse than itself. */
  readonly whatever?: boolean;
  /** Signatures that fit this cause: a service with another known reason of its own is not explained by it. */
  readonly fits?: RegExp;
  /** Only where the log of a service fits: that it is down proves nothing. */
  readonly proof?: boolean;
  /** Why the other follows; `@` stands for what the cause is about. */
  readonly because: string;
}

/** Within one layer these come first, as they tell most of what the others show. */
export const firstInLayer: readonly string[] = [
  'mount.alive',
  'gpu.xid',
  'amd.klog',
  'gpu.wedged',
  'gpu.pci',
  'gpu.driver',
  'gpu.nvml',
  'stack.hardware',
  'stack.toolkit',
  'stack.network',
  'stack.profile',
  'stack.provision',
  'model.present',
];
/** And these last: what is missing, what it waits for, who holds its port, what its log says. */
export const lastInLayer: readonly string[] = ['service.files', 'service.wait', 'service.ports', 'service.log'];

const ofFiles =
  /^OS-(?:ENOSPC|ENOTCONN|ESTALE|EIO)$|^LL-(?:MISSING|MAGIC|TRUNC|TRUNC-HEAD|WAIT|WAITING|VIS|BIN|SO)$|^AP-(?:PATH|DEP)$/;
const ofGpus = /^CU-|^NV-|^DK-|^OL-(?:CPU|WATCH|SKIP)$|^TP-CPU$|^WH-|^LL-(?:NOGPU|MAINGPU|OOM|CTX|DRIVER)$/;

/**
 * The layer graph: where trouble shows that begins elsewhere. Of several rules for a pair the first one tells why.
 *
 * Source: the house plan, "lowest layer first", and the ordering rules of the check catalog.
 */
export const causeRules: readonly CauseRule[] = [
  { layers: ['reach'], reach: 'everything', whatever: true, because: 'the node was not reached' },
  { layers: ['boot'], checks: ['manager.reach'], reach: 'managed', because: '@ runs it and does not answer' },
  {
    layers: ['boot'],
    checks: ['node.clock'],
    reach: 'services',
    fits: /^TP-TLS$/,
    proof: true,
    because: 'certificates and tokens are judged by the clock of the node',
  },
  {
    layers: ['boot'],
    except: ['manager.reach', 'node.clock'],
    reach: 'services',
    fits: /^OS-|^LL-OOM$/,
    because: 'all programs of the node depend on that',
  },
  {
    layers: ['queue'],
    checks: ['node.names', 'net.egress'],
    reach: 'services',
    fits: /^OS-DNS$|^TP-CONN$/,
    proof: true,
    because: 'it has to find and reach other machines',
  },
  {
    layers: ['storage'],
    checks: ['mount.writable'],
    reach: 'mount',
    whatever: true,
    fits: /^OS-EROFS$/,
    proof: true,
    because: 'it writes there',
  },
  {
    layers: ['storage', 'container'],
    checks: ['comfyui.storage', 'comfyui.mounts', 'comfyui.room'],
    reach: 'comfyui',
    fits: /^CI-/,
    because: 'its image ends before ComfyUI itself begins',
  },
  { layers: ['storage'], reach: 'mount', fits: ofFiles, because: 'it has files there' },
  { layers: ['storage'], reach: 'stack models', because: 'models are stored there' },
  { layers: ['gpu'], reach: 'stack gpus', because: 'the containers of the stack work on that GPU' },
  { layers: ['gpu'], reach: 'gpu users', fits: ofGpus, because: 'it works on the GPU' },
  {
    layers: ['container'],
    except: ['stack.profile', 'stack.network', 'stack.mounts', 'stack.provision', 'stack.init'],
    reach: 'gpu users',
    fits: ofGpus,
    because: 'it works on the GPU',
  },
  {
    layers: ['container'],
    checks: ['stack.hardware', 'stack.toolkit', 'container.gpu'],
    reach: 'stack gpus',
    because: 'that is how the containers of the stack get their GPU',
  },
  {
    layers: ['container'],
    checks: ['stack.hardware', 'stack.toolkit', 'stack.network'],
    reach: 'stack start',
    because: 'compose can not start the stack so',
  },
  {
    layers: ['container'],
    checks: ['stack.network', 'stack.provision', 'stack.init'],
    reach: 'stack models',
    because: 'that is what fetches the models',
  },
  {
    layers: ['container'],
    checks: ['stack.profile'],
    reach: 'stack unknown',
    because: 'without it nothing is known of the stack',
  },
  { layers: ['gpu'], checks: firstInLayer, reach: 'gpus', because: 'it is the same trouble of the GPU' },
  { layers, reach: 'its layer', because: '@ leaves it unknown' },
  { layers: ['model'], reach: 'itself', because: 'it can not work without its model' },
  {
    layers,
    checks: ['service.files'],
    reach: 'itself',
    whatever: true,
    because: 'it can not start without its files',
  },
  // A large log is no reason why its service, or another, is not well.
  { layers, except: ['log.size'], reach: 'itself', because: 'it is the same trouble, seen from another side' },
  { layers, except: ['log.size'], reach: 'dependants', because: 'it needs @' },
];

/** Checks that show that a service is down, and not why: after all others of its layer. */
export const symptoms: readonly string[] = ['service.flap', 'service.running', 'comfyui.api', 'service.health'];
