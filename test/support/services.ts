/** The real services that tests need, from Debian's packages. The runner says which are there; a test without its service is skipped, in CI it fails. */
export const SERVICES = {
  mariadb: { package: "mariadb-server", commands: ["mariadbd"] },
  alertmanager: { package: "prometheus-alertmanager", commands: ["prometheus-alertmanager"] },
  sshd: { package: "openssh-server openssh-client", commands: ["sshd", "ssh", "ssh-keygen"] },
  openssl: { package: "openssl", commands: ["openssl"] },
  chromium: { package: "chromium", commands: ["chromium"] },
} as const;
export type Service = keyof typeof SERVICES;

/** `false` to run, else the reason to skip: for node:test's `skip`. */
export function skipWithout(service: Service): string | false {
  const there = process.env.DM_MEDIC_SERVICES?.split(",");
  return there && !there.includes(service) ? `${service} is not installed (package ${SERVICES[service].package})` : false;
}
