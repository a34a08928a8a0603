/** Names under which a run keeps what must survive it, sealed. */
export const keptYamlName = (run: string, task: string): string => `run ${run} yaml ${task}`;
export const keptSourceName = (run: string, source: string): string => `run ${run} source ${source}`;
/** Checkpoint rows as they were when the worker had let go. */
export const keptImagesName = (run: string, task: string, source: string): string =>
  `run ${run} images ${JSON.stringify([task, source])}`;
/** Checkpoint rows as the run wrote them. */
export const keptWrittenName = (run: string, task: string, source: string): string =>
  `run ${run} written ${JSON.stringify([task, source])}`;
/** The newest YAML that any run kept of a task: what it is started with again where no file is configured. */
export const lastYamlName = (cluster: string, task: string): string => `yaml ${JSON.stringify([cluster, task])}`;
/** For which sub-directory of the relay the file was fetched. */
export const keptFetchName = (run: string, worker: string): string => `run ${run} relay fetched ${worker}`;
/** What was put into the relay's folder of a worker, and what it replaced. */
export const keptFileWorkName = (run: string, worker: string): string => `run ${run} relay file ${worker}`;
/** relay.meta before and after. */
export const keptMetaWorkName = (run: string, worker: string): string => `run ${run} relay meta ${worker}`;
