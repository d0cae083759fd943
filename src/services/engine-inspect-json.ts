import { z } from 'zod';

const text = z.string().nullish();
const count = z.number().nullish();

/** What is read of `GET /containers/ID/json`. Source: the Docker Engine API 1.24 to 1.51, and that of podman. */
export const inspectSchema = z.object({
  Id: z.string(),
  Name: text,
  Image: text,
  RestartCount: count,
  State: z.object({
    Status: z.string(),
    OOMKilled: z.boolean().nullish(),
    Pid: count,
    ExitCode: count,
    Error: text,
    StartedAt: text,
    FinishedAt: text,
    Health: z
      .object({
        Status: text,
        FailingStreak: count,
        Log: z.array(z.object({ End: text, ExitCode: count, Output: text })).nullish(),
      })
      .nullish(),
  }),
  Config: z.object({
    Image: text,
    User: text,
    Tty: z.boolean().nullish(),
    StopTimeout: count,
    Env: z.array(z.string()).nullish(),
  }),
  HostConfig: z.object({
    NetworkMode: text,
    Runtime: text,
    Memory: count,
    ShmSize: count,
    RestartPolicy: z.object({ Name: text, MaximumRetryCount: count }).nullish(),
    LogConfig: z.object({ Type: text }).nullish(),
    Devices: z
      .array(z.object({ PathOnHost: z.string(), PathInContainer: z.string(), CgroupPermissions: text }))
      .nullish(),
    DeviceRequests: z
      .array(
        z.object({
          Driver: text,
          Count: count,
          DeviceIDs: z.array(z.string()).nullish(),
          Capabilities: z.array(z.array(z.string())).nullish(),
        }),
      )
      .nullish(),
  }),
  Mounts: z
    .array(
      z.object({
        Type: z.string(),
        Name: text,
        Source: text,
        Destination: z.string(),
        RW: z.boolean().nullish(),
        Propagation: text,
      }),
    )
    .nullish(),
  NetworkSettings: z.object({
    Ports: z.record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable()).nullish(),
    Networks: z.record(z.string(), z.object({ IPAddress: text })).nullish(),
  }),
});
export type Inspected = z.infer<typeof inspectSchema>;
