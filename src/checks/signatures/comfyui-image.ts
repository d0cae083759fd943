import { defineSignatures } from '../../core/signature.ts';

const services = ['comfyui'] as const;
const source = 'init.bash of mmartial/comfyui-nvidia-docker';

/** What the init script of the ComfyUI image ends with. Its outer half adds `subscript failed`: the first line counts. */
export const comfyuiImage = defineSignatures([
  {
    id: 'CI-OWNER',
    services,
    pattern: /!! ERROR: Directory .* owned by unexpected user\/group, expected \d+:\d+, actual \d+:\d+/,
    meaning: 'A folder of ComfyUI belongs to another user or group than its container wants',
    advice: 'Run comfyui_storage: it names all such folders and the chown for each, which a person does.',
    restartHelps: 'no',
    examples: [
      '!! ERROR: Directory /comfy/mnt owned by unexpected user/group, expected 1024:1024, actual 0:0 -- FORCE_CHOWN will not work for this folder, it is a PATH mounted at container startup and requires a manual fix: chown -R 1024:1024 foldername',
      '!! ERROR: Directory /comfy/mnt/venv owned by unexpected user/group, expected 1024:1024, actual 1000:1000 -- recommended to start with the FORCE_CHOWN=yes environment varable enabled',
    ],
    source,
  },
  {
    id: 'CI-RIGHTS',
    services,
    pattern: /!! ERROR: Directory .* not (?:writeable|executable|readable)$/,
    meaning:
      'A folder of ComfyUI has the right owner, and may not be used: by its mode, or because its mount is read-only',
    advice: 'Run comfyui_storage: it tells which of the two, and what a person does about it.',
    restartHelps: 'no',
    examples: [
      '!! ERROR: Directory /basedir/models/loras not writeable',
      '!! ERROR: Directory /comfy/mnt/HF not readable',
    ],
    source,
  },
  {
    id: 'CI-FOLDER',
    services,
    pattern:
      /!! ERROR: (?:Directory \S+ not found \(or not a directory\)|BASE_DIRECTORY requested but not found or not a directory)/,
    meaning: 'A folder of ComfyUI is not there in its container: it is not mounted, or a link leads nowhere',
    advice: 'Compare the mounts of its container with BASE_DIRECTORY; comfyui_storage does.',
    restartHelps: 'no',
    examples: [
      '!! ERROR: Directory /comfy/mnt not found (or not a directory)',
      '!! ERROR: BASE_DIRECTORY requested but not found or not a directory (/basedir)',
    ],
    source,
  },
  {
    id: 'CI-USER',
    services,
    pattern: /!! ERROR: comfy MUST be running as UID \d+ GID \d+|^Wrong [GU]ID \(\d+\), exiting/,
    meaning: 'The container was started as another user than the one that its init script changes to',
    advice: 'Take `user:` out of the compose file and make the container anew; WANTED_UID and WANTED_GID decide.',
    restartHelps: 'no',
    examples: [
      '!! ERROR: comfy MUST be running as UID 1024 GID 1024, current UID 1026 GID 100',
      'Wrong UID (1000), exiting',
    ],
    source: `${source}; its issue #78`,
  },
  {
    id: 'CI-SUDO',
    services,
    pattern: /!! ERROR: Failed to set (?:[GU]ID of comfy user|owner of \/(?:home\/)?comfy$)/,
    meaning: 'The init script may not change its user: sudo is taken from it',
    advice: 'Take no-new-privileges and cap_drop out of the compose file.',
    restartHelps: 'no',
    examples: ['!! ERROR: Failed to set GID of comfy user', '!! ERROR: Failed to set owner of /home/comfy'],
    source,
  },
  {
    id: 'CI-WRITE',
    services,
    pattern: /!! ERROR: Failed to (?:write to|move|create|rename|set owner of) \S/,
    meaning: 'A folder of ComfyUI could not be written, made or moved: something is in its way, or there is no room',
    advice: 'Run comfyui_storage, and look at the room and inodes of its filesystem.',
    restartHelps: 'no',
    examples: [
      '!! ERROR: Failed to write to /comfy/mnt',
      '!! ERROR: Failed to create /basedir/models/vae',
      '!! ERROR: Failed to set owner of /comfy/mnt/pip_cache',
    ],
    source,
  },
  {
    id: 'CI-DRIVER',
    services,
    pattern: /!! ERROR: (?:nvidia-smi not found|Failed to run nvidia-smi|Driver CUDA version \S* is below minimum)/,
    meaning: 'The container of ComfyUI sees no working NVIDIA driver',
    advice: 'Triage the GPUs of the node, and see that the container is given them.',
    restartHelps: 'no',
    examples: [
      '!! ERROR: nvidia-smi not found',
      '!! ERROR: Failed to run nvidia-smi',
      '!! ERROR: Driver CUDA version 11.8 is below minimum version 12, please upgrade your driver',
    ],
    source,
  },
  {
    id: 'CI-FETCH',
    services,
    pattern:
      /!! ERROR: (?:ComfyUI(?:-Manager)? clone failed|Pip upgrade failed|Torch installation failed|.* requirements install(?:\/upgrade|ation) failed)/,
    meaning:
      'What ComfyUI is made of could not be fetched: the network, a full disk, or a file in the place of a folder',
    advice:
      'See whether the node reaches github.com and pypi.org, and whether there is room, before it is started again.',
    restartHelps: 'maybe',
    examples: [
      '!! ERROR: ComfyUI clone failed',
      '!! ERROR: ComfyUI-Manager clone failed',
      '!! ERROR: ComfyUI requirements install/upgrade failed',
    ],
    source,
  },
  {
    id: 'CI-VENV',
    services,
    pattern: /!! ERROR: (?:Virtualenv (?:creation|activation) failed|virtualenv not created)/,
    meaning: 'The venv of ComfyUI is broken, or something is in its place',
    advice: 'A person moves its folder venv away; the next start makes a new one, which takes minutes.',
    restartHelps: 'no',
    examples: [
      '!! ERROR: Virtualenv creation failed',
      '!! ERROR: virtualenv not created, please erase any venv directory',
    ],
    source,
  },
  {
    id: 'CI-SCRIPT',
    services,
    pattern: /!! ERROR: User script \(\S+\) failed or exited with an error/,
    meaning: 'A script of the user, which the image runs before ComfyUI, ended with an error',
    advice: 'Read what the script printed above this line.',
    restartHelps: 'no',
    examples: [
      '!! ERROR: User script (/comfy/mnt/user_script.bash) failed or exited with an error, stopping further processing',
    ],
    source,
  },
  {
    id: 'CI-CONFIG',
    services,
    pattern: /!! ERROR: (?:Failed to load config|ENV_\w+ not set|\/etc\/\S+ missing, exiting)/,
    meaning: 'A file of the image itself is missing or was mounted over',
    advice: 'Compare what is mounted at /comfyui-nvidia_config.sh with the one of this version of the image.',
    restartHelps: 'no',
    examples: [
      '!! ERROR: Failed to load config: /comfyui-nvidia_config.sh not found',
      '!! ERROR: ENV_IGNORELIST not set',
    ],
    source,
  },
  {
    id: 'CI-ENDED',
    services,
    generic: true,
    pattern: /!! ERROR: (?:subscript failed|ComfyUI failed or exited with an error)/,
    meaning: 'ComfyUI or a step of its image ended with an error that stands further up',
    advice: 'Read the lines above for the first "!! ERROR:" or the traceback.',
    restartHelps: 'no',
    examples: ['!! ERROR: subscript failed', '!! ERROR: ComfyUI failed or exited with an error'],
    source,
  },
]);
