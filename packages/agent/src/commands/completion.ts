import { Argument, Command } from 'commander';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

const EXAMPLES = `
Examples:
  $ wgotel completion bash > /etc/bash_completion.d/wgotel
  $ wgotel completion zsh > "\${fpath[1]}/_wgotel"
  $ wgotel completion fish > ~/.config/fish/completions/wgotel.fish`;

/** Makes the command `wgotel completion`.
 *
 *  @param program what is to be completed */
export function completionCommand(program: Command): Command {
  return new Command('completion')
    .description('Print a script that completes commands and options in a shell.')
    .addArgument(new Argument('<shell>').choices(Object.keys(SHELLS)))
    .addHelpText('after', EXAMPLES)
    .action((shell: keyof typeof SHELLS) => void process.stdout.write(SHELLS[shell](wordsOf(program))));
}

/** What may follow a command, such as `config`, or nothing for the program itself. */
type Words = ReadonlyMap<string, readonly string[]>;

function wordsOf(command: Command, path: readonly string[] = []): Map<string, string[]> {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((sub) => sub.name() !== 'help');
  const options = help.visibleOptions(command).flatMap(({ long }) => (long ? [long] : []));
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const words = new Map([[path.join(' '), [...commands.map((sub) => sub.name()), ...choices, ...options]]]);
  for (const sub of commands) for (const [key, value] of wordsOf(sub, [...path, sub.name()])) words.set(key, value);
  return words;
}

/** Paths of two words come before those of one, so that the longest that fits is found first. */
function longestFirst(words: Words): [string, readonly string[]][] {
  return [...words].toSorted(([a], [b]) => b.split(' ').length - a.split(' ').length || b.length - a.length);
}

function bashCompletion(words: Words): string {
  const cases = longestFirst(words).map(
    ([path, next]) => `    ${path === '' ? '*' : `"${path}"*`}) words="${next.join(' ')}" ;;`,
  );
  return `_wgotel() {
  local words line="\${COMP_WORDS[*]:1:COMP_CWORD-1}"
  case "$line" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _wgotel wgotel
`;
}

function zshCompletion(words: Words): string {
  const cases = longestFirst(words).map(
    ([path, next]) => `    ${path === '' ? '*' : `"${path}"*`}) next=(${next.join(' ')}) ;;`,
  );
  return `#compdef wgotel
local -a next
case "\${words[2,CURRENT-1]}" in
${cases.join('\n')}
esac
compadd -- $next || _files
`;
}

function fishCompletion(words: Words): string {
  const lines = [...words].flatMap(([path, next]) => {
    const parts = path === '' ? [] : path.split(' ');
    const commands = next.filter((word) => !word.startsWith('--')).join(' ');
    const seen = parts.map((part) => `__fish_seen_subcommand_from ${part}`);
    if (commands !== '') seen.push(`not __fish_seen_subcommand_from ${commands}`);
    const condition = parts.length === 0 ? '__fish_use_subcommand' : seen.join('; and ');
    return next.map((word) =>
      word.startsWith('--')
        ? `complete -c wgotel -n '${condition}' -l ${word.slice(2)}`
        : `complete -c wgotel -n '${condition}' -f -a ${word}`,
    );
  });
  return `${lines.join('\n')}\n`;
}
