# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# Completes gcpkce(1).  Made by "make texts" from the table of its subcommands.

_gcpkce()
{
	local cur=${COMP_WORDS[COMP_CWORD]}
	local prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command='' files='' words='' i

	COMPREPLY=()
	case $prev in
	--conf)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--user)
		mapfile -t COMPREPLY < <(compgen -u -- "$cur")
		return
		;;
	--service | --pam-dir | --verifier | --challenge) return ;;
	esac
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--conf | --user | --service | --pam-dir | --verifier | --challenge) ((i++)) ;;
		-*) ;;
		*)
			command=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	case $command in
	'')
		words='check login whoami logout forget decide explain pkce --json --help --version'
		;;
	check)
		words='--json --help --conf --user --service --all-services --offline --pam-dir '
		;;
	login)
		words='--json --help --conf --user --browser --print-token --export --sh --csh '
		;;
	whoami)
		words='--json --help --conf --user --ids '
		;;
	logout)
		words='--json --help --conf '
		;;
	forget)
		words='--json --help --user --all '
		;;
	decide)
		words='--json --help --conf --user '
		;;
	explain)
		words='--json --help --conf '
		files=1
		;;
	pkce)
		words='--json --help --verifier --challenge '
		;;
	esac
	if [[ $files && $cur != -* ]]; then
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	else
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	fi
}
complete -F _gcpkce gcpkce
