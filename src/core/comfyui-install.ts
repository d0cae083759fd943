import { z } from 'zod';
import { safeName } from './service.ts';
import { sha256 } from './sha256.ts';

const path = z
  .string()
  .regex(/^\/(?!.*\/\.\.?(?:\/|$))[^\p{C}]*[^\p{C}/]$/u, 'must be an absolute path on the node, without . and ..');
/** Where git takes it from: a URL without a password, or a path of the node. */
const repository = z
  .string()
  .regex(
    /^(?:https?:\/\/|ssh:\/\/|git:\/\/|file:\/\/|[\w.-]+@[\w.-]+:|\/)[^\s\p{C}]+$/u,
    'must be the URL of a repository, or its absolute path on the node',
  )
  .refine(
    (url) => !/^[a-z]+:\/\/[^/@]*:[^/@]*@/.test(url),
    'must hold no password: git asks its own credential helper',
  );
const ref = z
  .string()
  .regex(
    /^(?![-./])(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)))[\w./+@-]*[\w+-]$/,
    'must be a branch, a tag or a commit, as git names it',
  );
/** A path below the folder of ComfyUI, of a custom node or of the models. */
const below = z
  .string()
  .regex(/^(?![-/])(?!(?:.*\/)?\.\.?(?:\/|$))[\w.+@ /-]*[\w.+@-]$/, 'must be a relative path without . and ..');
/** As pip takes it: a name with its version, never an option. */
const requirement = z
  .string()
  .regex(/^[A-Za-z0-9][^\p{C}@]*$/u, 'must be the name of a package, as torch or torch==2.4.1');
const link = z.url({ protocol: /^https?$/ });

const customNodeSchema = z.strictObject({
  repository: repository.describe('URL of its repository, or its path on the node'),
  ref: ref.describe('A commit, or a tag; a branch moves'),
  mirror: path.optional().describe('A folder or a git bundle on the node that it is taken from instead'),
  requirements: below.optional().describe('Its requirements file; requirements.txt where it has one'),
  script: below.optional().describe('Its install script, run by the Python of the environment'),
});

const torchSchema = z.strictObject({
  hardware: z.enum(['cuda', 'rocm', 'cpu']).default('cuda').describe('What it is to run on; cpu validates with --cpu'),
  packages: z.array(requirement).min(1).default(['torch', 'torchvision', 'torchaudio']),
  index: link.optional().describe('Package index of this hardware, e.g. https://download.pytorch.org/whl/cu121'),
});

const modelsSchema = z.strictObject({
  base: path.describe('Folder of the node that holds the models of all releases'),
  folders: z
    .record(z.string().regex(/^[A-Za-z][\w.-]*$/, 'must be a kind of models, as checkpoints'), below)
    .describe('Kind of models, as ComfyUI names it, and its folder below base'),
});

export const comfyuiInstallSchema = z.strictObject({
  repository: repository
    .default('https://github.com/comfyanonymous/ComfyUI.git')
    .describe('Of ComfyUI, or of a fork: a URL, or a path on the node'),
  ref: ref.describe('The release: a tag, a commit, or a branch as it is when it is fetched'),
  mirror: path.optional().describe('A folder or a git bundle on the node that it is taken from instead'),
  python: safeName.default('python3').describe('What the environment is made with'),
  uv: z.boolean().default(true).describe('Use uv where the node has it'),
  torch: torchSchema.prefault({}),
  index: link.optional().describe('Package index of everything else; that of pip when left out'),
  wheels: path.optional().describe('A folder of packages on the node; without any index nothing else is asked'),
  requirements: z.array(below).default(['requirements.txt']).describe('Requirements files of ComfyUI'),
  nodes: z
    .record(z.string().regex(/^\w[\w.-]*$/, 'must be the name of a folder'), customNodeSchema)
    .default({})
    .describe('Custom nodes, by folder name'),
  models: modelsSchema.optional().describe('Models outside the releases, by extra_model_paths.yaml'),
  links: z
    .record(below, path)
    .default({})
    .describe('Folders of a release that are links out of it: output, user, models/loras'),
  roomMiB: z.int().min(0).default(20_480).describe('Free space that a release wants'),
  seconds: z.int().min(10).max(21_600).default(3_600).describe('A phase is ended when it takes longer'),
  startSeconds: z.int().min(1).max(3_600).default(180).describe('A validation must be answered so soon'),
  become: z.enum(['sudo']).optional().describe('Install as root, through sudo -n'),
});
export type ComfyuiInstall = z.infer<typeof comfyuiInstallSchema>;

/**
 * What a release is called: its ref, and eight digits for all that decides what is in it.
 *
 * Other packages or custom nodes are another release, beside the one that runs. Where things come from, and the model
 * folders, are not part of it.
 */
export function releaseName({ repository: from, ref: of, python, torch, requirements, nodes }: ComfyuiInstall): string {
  const parts = Object.entries(nodes).map(([name, node]) => [name, { ...node, mirror: undefined }]);
  const { packages, hardware, index } = torch;
  const content = JSON.stringify([from, of, python, hardware, packages, index, requirements, parts]);
  const short = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(of) ? of.slice(0, 12) : of.replaceAll('/', '-');
  return `${short}-${sha256(new TextEncoder().encode(content)).slice(0, 8)}`;
}

/** Where one release lies. */
export const releaseAt = (root: string, name: string) => {
  const releases = `${root}.releases`;
  const path = `${releases}/${name}`;
  return {
    name,
    releases,
    path,
    partial: `${releases}/.partial-${name}`,
    venv: `${path}/venv`,
    stamps: `${path}/.rackhand`,
  };
};
export type ReleasePlace = ReturnType<typeof releaseAt>;

/** What is done for a release, in order. */
export const phases = ['fetch', 'environment', 'torch', 'requirements', 'nodes', 'paths', 'validate'] as const;
export type Phase = (typeof phases)[number];
