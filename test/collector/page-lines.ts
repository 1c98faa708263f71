const OF_WIREGUARD = /^(?:# (?:TYPE|HELP) )?wireguard_/;
const OF_RESOURCE = /^(?:job|instance|host_name)=/;

/** Lines of a page that are about WireGuard, with labels in order, and without those that a Collector makes of the resource. */
export function linesOf(page: string): Set<string> {
  const lines = page.split('\n').filter((line) => OF_WIREGUARD.test(line));
  return new Set(
    lines.map((line) => {
      const [, name, labels, value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
      if (labels === undefined) return line;
      const pairs = labels.match(/\w+="(?:[^"\\]|\\.)*"/g)!.filter((pair) => !OF_RESOURCE.test(pair));
      return `${name}{${pairs.toSorted().join(',')}} ${Number(value)}`;
    }),
  );
}
