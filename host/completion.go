package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// completionCmd prints what a shell needs to complete commands and flags.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints it.
func (c *completionCmd) Run(k *kong.Kong) error {
	writeCompletion(os.Stdout, c.Shell, k.Model)
	return nil
}

// word is one that may be completed, below a command.
type word struct {
	name, help string
}

// words lists what may follow a command: commands below it, and flags.
func words(n *kong.Node) []word {
	var out []word
	for _, child := range n.Children {
		if !child.Hidden {
			out = append(out, word{child.Name, child.Help})
		}
	}
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			out = append(out, word{"--" + f.Name, f.Help})
		}
	}
	return out
}

// commands are the nodes that words may follow, with what leads to them: "record keep".
func commands(n *kong.Node, path []string, visit func(path string, n *kong.Node)) {
	visit(strings.Join(path, " "), n)
	for _, child := range n.Children {
		if !child.Hidden {
			commands(child, append(slices.Clone(path), child.Name), visit)
		}
	}
}

func writeCompletion(w io.Writer, shell string, app *kong.Application) {
	if shell == "fish" {
		writeFish(w, app)
		return
	}
	if shell == "zsh" {
		fmt.Fprintln(w, "autoload -U +X bashcompinit && bashcompinit")
	}
	fmt.Fprintf(w, "# source <(%s completion %s)\n_%s() {\n", app.Name, shell, app.Name)
	fmt.Fprint(w, `  local cur=${COMP_WORDS[COMP_CWORD]} path= word i words=
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    [[ $word == -* ]] || case "$path $word" in
`)
	commands(app.Node, nil, func(path string, n *kong.Node) {
		if path != "" {
			fmt.Fprintf(w, "      %q) path=%q ;;\n", " "+path, " "+path)
		}
	})
	fmt.Fprint(w, "    esac\n  done\n  case \"$path\" in\n")
	commands(app.Node, nil, func(path string, n *kong.Node) {
		names := []string{}
		for _, x := range words(n) {
			names = append(names, x.name)
		}
		if path != "" {
			path = " " + path
		}
		fmt.Fprintf(w, "    %q) words=%q ;;\n", path, strings.Join(names, " "))
	})
	fmt.Fprintf(w, "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n  [[ $cur == -* || ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- \"$cur\"))\n}\ncomplete -o filenames -F _%s %s\n", app.Name, app.Name)
}

func writeFish(w io.Writer, app *kong.Application) {
	fmt.Fprintf(w, "# %s completion fish | source\n", app.Name)
	for _, x := range words(app.Node) {
		if !strings.HasPrefix(x.name, "--") {
			fmt.Fprintf(w, "complete -c %s -n __fish_use_subcommand -f -a %s -d %q\n", app.Name, x.name, x.help)
		}
	}
	commands(app.Node, nil, func(path string, n *kong.Node) {
		for _, x := range words(n) {
			on := fmt.Sprintf("-n '__fish_seen_subcommand_from %s'", path)
			if path == "" {
				on = ""
			}
			if long, flag := strings.CutPrefix(x.name, "--"); flag {
				fmt.Fprintf(w, "complete -c %s %s -l %s -d %q\n", app.Name, on, long, x.help)
			}
		}
	})
}
