# SPDX-License-Identifier: ISC
# Completes gcpkce(1).  Made by "make texts" from the table of its subcommands.

complete -c gcpkce -f
complete -c gcpkce -n __fish_use_subcommand -a check -d 'report faults of this host, and the effect of each outcome'
complete -c gcpkce -n __fish_use_subcommand -a login -d 'sign in here and print the decision'
complete -c gcpkce -n __fish_use_subcommand -a whoami -d 'print the user of this session\'s token; --ids: lines to copy'
complete -c gcpkce -n __fish_use_subcommand -a logout -d 'revoke this session\'s token'
complete -c gcpkce -n __fish_use_subcommand -a decide -d 'apply the policy to a recorded identity'
complete -c gcpkce -n __fish_use_subcommand -a explain -d 'explain an error body, status line or redirect address'
complete -c gcpkce -n '__fish_seen_subcommand_from explain' -F
complete -c gcpkce -n __fish_use_subcommand -a pkce -d 'make a PKCE pair, or check one'
complete -c gcpkce -l json -d 'print one JSON object'
complete -c gcpkce -l help -d 'print a summary, or that of the command'
complete -c gcpkce -l version -d 'print the version'
complete -c gcpkce -n '__fish_seen_subcommand_from check login whoami logout decide explain' -l conf -r -F -d 'read this configuration'
complete -c gcpkce -n '__fish_seen_subcommand_from check login whoami decide' -l user -x -a '(__fish_complete_users)' -d 'the local account'
complete -c gcpkce -n '__fish_seen_subcommand_from login' -l browser -d 'open the address in a browser, too'
complete -c gcpkce -n '__fish_seen_subcommand_from login' -l print-token -d 'print the token, and keep it'
complete -c gcpkce -n '__fish_seen_subcommand_from login' -l export -d 'print lines for eval, and keep the token'
complete -c gcpkce -n '__fish_seen_subcommand_from login' -l sh -d 'lines for sh, whatever the parent shell is'
complete -c gcpkce -n '__fish_seen_subcommand_from login' -l csh -d 'lines for csh, whatever the parent shell is'
complete -c gcpkce -n '__fish_seen_subcommand_from whoami' -l ids -d 'print lines for the map file and configuration'
complete -c gcpkce -n '__fish_seen_subcommand_from check' -l service -x -d 'check this service\'s stack'
complete -c gcpkce -n '__fish_seen_subcommand_from check' -l all-services -d 'check every service'
complete -c gcpkce -n '__fish_seen_subcommand_from check' -l offline -d 'connect to no other host'
complete -c gcpkce -n '__fish_seen_subcommand_from check' -l pam-dir -x -d 'read stacks from here'
complete -c gcpkce -n '__fish_seen_subcommand_from pkce' -l verifier -x -d 'the code verifier'
complete -c gcpkce -n '__fish_seen_subcommand_from pkce' -l challenge -x -d 'the challenge to check'
