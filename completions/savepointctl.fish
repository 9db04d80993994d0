# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_savepointctl_global_optspecs
    string join \n m/jobmanager= D= header= bearer-token-file= basic-auth-file= cacert= cert= key= tls-server-name= insecure connect-timeout= request-timeout= reconnect-timeout= o/output= v/verbose q/quiet no-progress h/help V/version
end

function __fish_savepointctl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_savepointctl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_savepointctl_using_subcommand
    set -l cmd (__fish_savepointctl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c savepointctl -n "__fish_savepointctl_needs_command" -s m -l jobmanager -d 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]' -r
complete -c savepointctl -n "__fish_savepointctl_needs_command" -s D -d 'Set a key of Flink\'s configuration, over its file (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_needs_command" -l header -d 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]' -r
complete -c savepointctl -n "__fish_savepointctl_needs_command" -l bearer-token-file -d 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_needs_command" -l basic-auth-file -d 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_needs_command" -l cacert -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c savepointctl -n "__fish_savepointctl_needs_command" -l cert -d 'Show the server this client certificate (PEM; with its chain)' -r -F
complete -c savepointctl -n "__fish_savepointctl_needs_command" -l key -d 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file' -r -F
complete -c savepointctl -n "__fish_savepointctl_needs_command" -l tls-server-name -d 'Expect this name in the server\'s certificate instead of the host\'s' -r
complete -c savepointctl -n "__fish_savepointctl_needs_command" -l connect-timeout -d 'Give up when no connection is made in this time [default: 2500ms]' -r
complete -c savepointctl -n "__fish_savepointctl_needs_command" -l request-timeout -d 'Give up on a single request after this time [default: 30s]' -r
complete -c savepointctl -n "__fish_savepointctl_needs_command" -l reconnect-timeout -d 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]' -r
complete -c savepointctl -n "__fish_savepointctl_needs_command" -s o -l output -d 'The form of the result on stdout' -r -f -a "table\t'For people; may change'
json\t'For programs; stable'
name\t'Only locations or ids, one a line'"
complete -c savepointctl -n "__fish_savepointctl_needs_command" -l insecure -d 'Do not check the server\'s certificate: anybody on the way can read and change everything'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -s v -l verbose -d 'Show each request on stderr, and a server\'s stack trace on failure; -vv bodies too'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -s q -l quiet -d 'Say only warnings and errors'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -l no-progress -d 'Draw no progress'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -s V -l version -d 'Print version'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -f -a "trigger" -d 'Trigger a savepoint, wait for it, and print its location'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -f -a "stop" -d 'Stop a job with a savepoint, and print the savepoint\'s location'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -f -a "checkpoint" -d 'Trigger a checkpoint (1.17+), wait for it, and print its location'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -f -a "wait" -d 'Resume waiting for a savepoint, a stop, a checkpoint, a restore or a disposal'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -f -a "cancel" -d 'End a job now, without a savepoint, and print its id when it has ended'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -f -a "restore" -d 'Run a job from a savepoint or checkpoint, and print its job id when all its tasks run'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -f -a "dispose" -d 'Have the cluster delete snapshots, and print the location of each that is gone'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -f -a "list" -d 'List the savepoints and checkpoints that the cluster remembers, newest first'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -f -a "inspect" -d 'Show what a savepoint or checkpoint contains, from its metadata file alone'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -f -a "jobs" -d 'List the cluster\'s jobs with their last savepoint and checkpoint, and what they were restored from'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -f -a "uid" -d 'Print the operator id that Flink computes from each uid, one a line'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -f -a "config" -d 'Show every setting in force, and where it came from; secrets are masked'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -f -a "completions" -d 'Print the completion script for a shell'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -f -a "man" -d 'Print the manual page of the tool, or of one of its commands'
complete -c savepointctl -n "__fish_savepointctl_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l type -d 'How the state is written: canonical, or native (1.15+)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l timeout -d 'Stop waiting after this time, e.g. 30m; the savepoint goes on (exit code 3)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l wait-running -d 'First wait, for this time at most, until all tasks of the job run' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l idempotency-key -d 'Make repetitions with the same key give the same savepoint (1.15+)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -s m -l jobmanager -d 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -s D -d 'Set a key of Flink\'s configuration, over its file (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l header -d 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l bearer-token-file -d 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l basic-auth-file -d 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l cacert -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l cert -d 'Show the server this client certificate (PEM; with its chain)' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l key -d 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l tls-server-name -d 'Expect this name in the server\'s certificate instead of the host\'s' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l connect-timeout -d 'Give up when no connection is made in this time [default: 2500ms]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l request-timeout -d 'Give up on a single request after this time [default: 30s]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l reconnect-timeout -d 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -s o -l output -d 'The form of the result on stdout' -r -f -a "table\t'For people; may change'
json\t'For programs; stable'
name\t'Only locations or ids, one a line'"
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l detached -d 'Print the trigger id and do not wait'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l all -d 'Take a savepoint of every running job, in parallel; one location a line'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l insecure -d 'Do not check the server\'s certificate: anybody on the way can read and change everything'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -s v -l verbose -d 'Show each request on stderr, and a server\'s stack trace on failure; -vv bodies too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -s q -l quiet -d 'Say only warnings and errors'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -l no-progress -d 'Draw no progress'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand trigger" -s V -l version -d 'Print version'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -s p -l savepoint-dir -l savepointPath -d 'The directory that gets the savepoint\'s own directory; the cluster\'s default if left out' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -l type -d 'How the state is written: canonical, or native (1.15+)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -l timeout -d 'Stop waiting after this time, e.g. 30m; the stop goes on (exit code 3)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -s m -l jobmanager -d 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -s D -d 'Set a key of Flink\'s configuration, over its file (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -l header -d 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -l bearer-token-file -d 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -l basic-auth-file -d 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -l cacert -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -l cert -d 'Show the server this client certificate (PEM; with its chain)' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -l key -d 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -l tls-server-name -d 'Expect this name in the server\'s certificate instead of the host\'s' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -l connect-timeout -d 'Give up when no connection is made in this time [default: 2500ms]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -l request-timeout -d 'Give up on a single request after this time [default: 30s]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -l reconnect-timeout -d 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -s o -l output -d 'The form of the result on stdout' -r -f -a "table\t'For people; may change'
json\t'For programs; stable'
name\t'Only locations or ids, one a line'"
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -s d -l drain -d 'Send the maximum watermark first: windows close, timers fire, and the job cannot go on from where it was'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -l detached -d 'Print the trigger id and do not wait'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -l insecure -d 'Do not check the server\'s certificate: anybody on the way can read and change everything'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -s v -l verbose -d 'Show each request on stderr, and a server\'s stack trace on failure; -vv bodies too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -s q -l quiet -d 'Say only warnings and errors'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -l no-progress -d 'Draw no progress'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand stop" -s V -l version -d 'Print version'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -l timeout -d 'Stop waiting after this time, e.g. 5m; the checkpoint goes on (exit code 3)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -s m -l jobmanager -d 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -s D -d 'Set a key of Flink\'s configuration, over its file (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -l header -d 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -l bearer-token-file -d 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -l basic-auth-file -d 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -l cacert -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -l cert -d 'Show the server this client certificate (PEM; with its chain)' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -l key -d 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -l tls-server-name -d 'Expect this name in the server\'s certificate instead of the host\'s' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -l connect-timeout -d 'Give up when no connection is made in this time [default: 2500ms]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -l request-timeout -d 'Give up on a single request after this time [default: 30s]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -l reconnect-timeout -d 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -s o -l output -d 'The form of the result on stdout' -r -f -a "table\t'For people; may change'
json\t'For programs; stable'
name\t'Only locations or ids, one a line'"
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -l detached -d 'Print the trigger id and do not wait'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -l insecure -d 'Do not check the server\'s certificate: anybody on the way can read and change everything'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -s v -l verbose -d 'Show each request on stderr, and a server\'s stack trace on failure; -vv bodies too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -s q -l quiet -d 'Say only warnings and errors'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -l no-progress -d 'Draw no progress'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand checkpoint" -s V -l version -d 'Print version'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l from -d 'With --running: the snapshot that the job must have been restored from' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l dispose -d 'Wait for the disposal with this trigger id' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l verb -d 'What was triggered: trigger, stop or checkpoint; found out if left out' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l since -d 'When it was triggered at the earliest, on the server\'s clock, in RFC 3339' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l timeout -d 'Stop waiting after this time; the operation goes on (exit code 3)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -s m -l jobmanager -d 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -s D -d 'Set a key of Flink\'s configuration, over its file (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l header -d 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l bearer-token-file -d 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l basic-auth-file -d 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l cacert -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l cert -d 'Show the server this client certificate (PEM; with its chain)' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l key -d 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l tls-server-name -d 'Expect this name in the server\'s certificate instead of the host\'s' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l connect-timeout -d 'Give up when no connection is made in this time [default: 2500ms]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l request-timeout -d 'Give up on a single request after this time [default: 30s]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l reconnect-timeout -d 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -s o -l output -d 'The form of the result on stdout' -r -f -a "table\t'For people; may change'
json\t'For programs; stable'
name\t'Only locations or ids, one a line'"
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l running -d 'Wait until all tasks of a job that was restored run'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l insecure -d 'Do not check the server\'s certificate: anybody on the way can read and change everything'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -s v -l verbose -d 'Show each request on stderr, and a server\'s stack trace on failure; -vv bodies too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -s q -l quiet -d 'Say only warnings and errors'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -l no-progress -d 'Draw no progress'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand wait" -s V -l version -d 'Print version'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -l timeout -d 'Stop waiting after this time; the cancellation goes on (exit code 3)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -s m -l jobmanager -d 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -s D -d 'Set a key of Flink\'s configuration, over its file (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -l header -d 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -l bearer-token-file -d 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -l basic-auth-file -d 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -l cacert -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -l cert -d 'Show the server this client certificate (PEM; with its chain)' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -l key -d 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -l tls-server-name -d 'Expect this name in the server\'s certificate instead of the host\'s' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -l connect-timeout -d 'Give up when no connection is made in this time [default: 2500ms]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -l request-timeout -d 'Give up on a single request after this time [default: 30s]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -l reconnect-timeout -d 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -s o -l output -d 'The form of the result on stdout' -r -f -a "table\t'For people; may change'
json\t'For programs; stable'
name\t'Only locations or ids, one a line'"
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -l insecure -d 'Do not check the server\'s certificate: anybody on the way can read and change everything'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -s v -l verbose -d 'Show each request on stderr, and a server\'s stack trace on failure; -vv bodies too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -s q -l quiet -d 'Say only warnings and errors'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -l no-progress -d 'Draw no progress'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand cancel" -s V -l version -d 'Print version'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -s s -l from-savepoint -d 'The same, as Flink\'s `run` spells it' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l jar -d 'The program\'s jar, which is uploaded' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l jar-id -d 'A jar that was uploaded before, by its id in the cluster' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -s c -l class -d 'The class with the main method, where the jar\'s manifest does not name it' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -s p -l parallelism -d 'The job\'s parallelism' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l claim-mode -d 'Who owns the snapshot\'s files from now on: no-claim, claim or legacy (1.15+)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l timeout -d 'Stop waiting after this time; the job goes on starting (exit code 3)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -s m -l jobmanager -d 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -s D -d 'Set a key of Flink\'s configuration, over its file (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l header -d 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l bearer-token-file -d 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l basic-auth-file -d 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l cacert -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l cert -d 'Show the server this client certificate (PEM; with its chain)' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l key -d 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l tls-server-name -d 'Expect this name in the server\'s certificate instead of the host\'s' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l connect-timeout -d 'Give up when no connection is made in this time [default: 2500ms]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l request-timeout -d 'Give up on a single request after this time [default: 30s]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l reconnect-timeout -d 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -s o -l output -d 'The form of the result on stdout' -r -f -a "table\t'For people; may change'
json\t'For programs; stable'
name\t'Only locations or ids, one a line'"
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -s n -l allow-non-restored-state -d 'Leave state behind that fits no operator of the program'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l keep-jar -d 'Leave the uploaded jar in the cluster'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -s d -l detached -d 'Print the job id as soon as the cluster has accepted the job'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l insecure -d 'Do not check the server\'s certificate: anybody on the way can read and change everything'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -s v -l verbose -d 'Show each request on stderr, and a server\'s stack trace on failure; -vv bodies too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -s q -l quiet -d 'Say only warnings and errors'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -l no-progress -d 'Draw no progress'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand restore" -s V -l version -d 'Print version'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -l timeout -d 'Stop waiting for a disposal after this time; it goes on (exit code 3)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -s m -l jobmanager -d 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -s D -d 'Set a key of Flink\'s configuration, over its file (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -l header -d 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -l bearer-token-file -d 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -l basic-auth-file -d 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -l cacert -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -l cert -d 'Show the server this client certificate (PEM; with its chain)' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -l key -d 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -l tls-server-name -d 'Expect this name in the server\'s certificate instead of the host\'s' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -l connect-timeout -d 'Give up when no connection is made in this time [default: 2500ms]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -l request-timeout -d 'Give up on a single request after this time [default: 30s]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -l reconnect-timeout -d 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -s o -l output -d 'The form of the result on stdout' -r -f -a "table\t'For people; may change'
json\t'For programs; stable'
name\t'Only locations or ids, one a line'"
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -l dry-run -d 'Show what would be done and why, and do nothing'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -s y -l yes -d 'Do not ask; needed where no terminal is there to ask on'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -l force -d 'Dispose of what would be refused, too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -l insecure -d 'Do not check the server\'s certificate: anybody on the way can read and change everything'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -s v -l verbose -d 'Show each request on stderr, and a server\'s stack trace on failure; -vv bodies too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -s q -l quiet -d 'Say only warnings and errors'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -l no-progress -d 'Draw no progress'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand dispose" -s V -l version -d 'Print version'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -s m -l jobmanager -d 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -s D -d 'Set a key of Flink\'s configuration, over its file (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -l header -d 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -l bearer-token-file -d 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -l basic-auth-file -d 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -l cacert -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -l cert -d 'Show the server this client certificate (PEM; with its chain)' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -l key -d 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -l tls-server-name -d 'Expect this name in the server\'s certificate instead of the host\'s' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -l connect-timeout -d 'Give up when no connection is made in this time [default: 2500ms]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -l request-timeout -d 'Give up on a single request after this time [default: 30s]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -l reconnect-timeout -d 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -s o -l output -d 'The form of the result on stdout' -r -f -a "table\t'For people; may change'
json\t'For programs; stable'
name\t'Only locations or ids, one a line'"
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -s a -l all -d 'Checkpoints that the cluster has deleted, too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -l insecure -d 'Do not check the server\'s certificate: anybody on the way can read and change everything'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -s v -l verbose -d 'Show each request on stderr, and a server\'s stack trace on failure; -vv bodies too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -s q -l quiet -d 'Say only warnings and errors'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -l no-progress -d 'Draw no progress'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand list" -s V -l version -d 'Print version'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l key-groups -d 'Draw the keyed state of an operator (name, uid or id) by key group' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l uid -d 'A uid of the program, to name an operator whose uid is not recorded (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l uids -d 'A file of uids, one a line; lines that start with # are comments' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -s m -l jobmanager -d 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -s D -d 'Set a key of Flink\'s configuration, over its file (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l header -d 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l bearer-token-file -d 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l basic-auth-file -d 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l cacert -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l cert -d 'Show the server this client certificate (PEM; with its chain)' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l key -d 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l tls-server-name -d 'Expect this name in the server\'s certificate instead of the host\'s' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l connect-timeout -d 'Give up when no connection is made in this time [default: 2500ms]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l request-timeout -d 'Give up on a single request after this time [default: 30s]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l reconnect-timeout -d 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -s o -l output -d 'The form of the result on stdout' -r -f -a "table\t'For people; may change'
json\t'For programs; stable'
name\t'Only locations or ids, one a line'"
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l subtasks -d 'Show each subtask, and how evenly the state lies on them'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l files -d 'Show every file that is referred to, once, with who refers to it'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l all -d 'Show long lists whole, and names uncut'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l insecure -d 'Do not check the server\'s certificate: anybody on the way can read and change everything'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -s v -l verbose -d 'Show each request on stderr, and a server\'s stack trace on failure; -vv bodies too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -s q -l quiet -d 'Say only warnings and errors'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -l no-progress -d 'Draw no progress'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand inspect" -s V -l version -d 'Print version'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -s m -l jobmanager -d 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -s D -d 'Set a key of Flink\'s configuration, over its file (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -l header -d 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -l bearer-token-file -d 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -l basic-auth-file -d 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -l cacert -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -l cert -d 'Show the server this client certificate (PEM; with its chain)' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -l key -d 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -l tls-server-name -d 'Expect this name in the server\'s certificate instead of the host\'s' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -l connect-timeout -d 'Give up when no connection is made in this time [default: 2500ms]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -l request-timeout -d 'Give up on a single request after this time [default: 30s]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -l reconnect-timeout -d 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -s o -l output -d 'The form of the result on stdout' -r -f -a "table\t'For people; may change'
json\t'For programs; stable'
name\t'Only locations or ids, one a line'"
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -s a -l all -d 'Ended jobs too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -l insecure -d 'Do not check the server\'s certificate: anybody on the way can read and change everything'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -s v -l verbose -d 'Show each request on stderr, and a server\'s stack trace on failure; -vv bodies too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -s q -l quiet -d 'Say only warnings and errors'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -l no-progress -d 'Draw no progress'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand jobs" -s V -l version -d 'Print version'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -s m -l jobmanager -d 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -s D -d 'Set a key of Flink\'s configuration, over its file (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -l header -d 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -l bearer-token-file -d 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -l basic-auth-file -d 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -l cacert -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -l cert -d 'Show the server this client certificate (PEM; with its chain)' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -l key -d 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -l tls-server-name -d 'Expect this name in the server\'s certificate instead of the host\'s' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -l connect-timeout -d 'Give up when no connection is made in this time [default: 2500ms]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -l request-timeout -d 'Give up on a single request after this time [default: 30s]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -l reconnect-timeout -d 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -s o -l output -d 'The form of the result on stdout' -r -f -a "table\t'For people; may change'
json\t'For programs; stable'
name\t'Only locations or ids, one a line'"
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -l insecure -d 'Do not check the server\'s certificate: anybody on the way can read and change everything'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -s v -l verbose -d 'Show each request on stderr, and a server\'s stack trace on failure; -vv bodies too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -s q -l quiet -d 'Say only warnings and errors'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -l no-progress -d 'Draw no progress'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand uid" -s V -l version -d 'Print version'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -s m -l jobmanager -d 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -s D -d 'Set a key of Flink\'s configuration, over its file (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -l header -d 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -l bearer-token-file -d 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -l basic-auth-file -d 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -l cacert -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -l cert -d 'Show the server this client certificate (PEM; with its chain)' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -l key -d 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -l tls-server-name -d 'Expect this name in the server\'s certificate instead of the host\'s' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -l connect-timeout -d 'Give up when no connection is made in this time [default: 2500ms]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -l request-timeout -d 'Give up on a single request after this time [default: 30s]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -l reconnect-timeout -d 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -s o -l output -d 'The form of the result on stdout' -r -f -a "table\t'For people; may change'
json\t'For programs; stable'
name\t'Only locations or ids, one a line'"
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -l insecure -d 'Do not check the server\'s certificate: anybody on the way can read and change everything'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -s v -l verbose -d 'Show each request on stderr, and a server\'s stack trace on failure; -vv bodies too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -s q -l quiet -d 'Say only warnings and errors'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -l no-progress -d 'Draw no progress'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand config" -s V -l version -d 'Print version'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -s m -l jobmanager -d 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -s D -d 'Set a key of Flink\'s configuration, over its file (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -l header -d 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -l bearer-token-file -d 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -l basic-auth-file -d 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -l cacert -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -l cert -d 'Show the server this client certificate (PEM; with its chain)' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -l key -d 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -l tls-server-name -d 'Expect this name in the server\'s certificate instead of the host\'s' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -l connect-timeout -d 'Give up when no connection is made in this time [default: 2500ms]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -l request-timeout -d 'Give up on a single request after this time [default: 30s]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -l reconnect-timeout -d 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -s o -l output -d 'The form of the result on stdout' -r -f -a "table\t'For people; may change'
json\t'For programs; stable'
name\t'Only locations or ids, one a line'"
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -l insecure -d 'Do not check the server\'s certificate: anybody on the way can read and change everything'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -s v -l verbose -d 'Show each request on stderr, and a server\'s stack trace on failure; -vv bodies too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -s q -l quiet -d 'Say only warnings and errors'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -l no-progress -d 'Draw no progress'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand completions" -s V -l version -d 'Print version'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -s m -l jobmanager -d 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -s D -d 'Set a key of Flink\'s configuration, over its file (repeatable)' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -l header -d 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -l bearer-token-file -d 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -l basic-auth-file -d 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -l cacert -d 'Trust the certificates in this PEM file, and no others' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -l cert -d 'Show the server this client certificate (PEM; with its chain)' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -l key -d 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file' -r -F
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -l tls-server-name -d 'Expect this name in the server\'s certificate instead of the host\'s' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -l connect-timeout -d 'Give up when no connection is made in this time [default: 2500ms]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -l request-timeout -d 'Give up on a single request after this time [default: 30s]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -l reconnect-timeout -d 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]' -r
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -s o -l output -d 'The form of the result on stdout' -r -f -a "table\t'For people; may change'
json\t'For programs; stable'
name\t'Only locations or ids, one a line'"
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -l insecure -d 'Do not check the server\'s certificate: anybody on the way can read and change everything'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -s v -l verbose -d 'Show each request on stderr, and a server\'s stack trace on failure; -vv bodies too'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -s q -l quiet -d 'Say only warnings and errors'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -l no-progress -d 'Draw no progress'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand man" -s V -l version -d 'Print version'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand help; and not __fish_seen_subcommand_from trigger stop checkpoint wait cancel restore dispose list inspect jobs uid config completions man help" -f -a "trigger" -d 'Trigger a savepoint, wait for it, and print its location'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand help; and not __fish_seen_subcommand_from trigger stop checkpoint wait cancel restore dispose list inspect jobs uid config completions man help" -f -a "stop" -d 'Stop a job with a savepoint, and print the savepoint\'s location'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand help; and not __fish_seen_subcommand_from trigger stop checkpoint wait cancel restore dispose list inspect jobs uid config completions man help" -f -a "checkpoint" -d 'Trigger a checkpoint (1.17+), wait for it, and print its location'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand help; and not __fish_seen_subcommand_from trigger stop checkpoint wait cancel restore dispose list inspect jobs uid config completions man help" -f -a "wait" -d 'Resume waiting for a savepoint, a stop, a checkpoint, a restore or a disposal'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand help; and not __fish_seen_subcommand_from trigger stop checkpoint wait cancel restore dispose list inspect jobs uid config completions man help" -f -a "cancel" -d 'End a job now, without a savepoint, and print its id when it has ended'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand help; and not __fish_seen_subcommand_from trigger stop checkpoint wait cancel restore dispose list inspect jobs uid config completions man help" -f -a "restore" -d 'Run a job from a savepoint or checkpoint, and print its job id when all its tasks run'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand help; and not __fish_seen_subcommand_from trigger stop checkpoint wait cancel restore dispose list inspect jobs uid config completions man help" -f -a "dispose" -d 'Have the cluster delete snapshots, and print the location of each that is gone'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand help; and not __fish_seen_subcommand_from trigger stop checkpoint wait cancel restore dispose list inspect jobs uid config completions man help" -f -a "list" -d 'List the savepoints and checkpoints that the cluster remembers, newest first'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand help; and not __fish_seen_subcommand_from trigger stop checkpoint wait cancel restore dispose list inspect jobs uid config completions man help" -f -a "inspect" -d 'Show what a savepoint or checkpoint contains, from its metadata file alone'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand help; and not __fish_seen_subcommand_from trigger stop checkpoint wait cancel restore dispose list inspect jobs uid config completions man help" -f -a "jobs" -d 'List the cluster\'s jobs with their last savepoint and checkpoint, and what they were restored from'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand help; and not __fish_seen_subcommand_from trigger stop checkpoint wait cancel restore dispose list inspect jobs uid config completions man help" -f -a "uid" -d 'Print the operator id that Flink computes from each uid, one a line'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand help; and not __fish_seen_subcommand_from trigger stop checkpoint wait cancel restore dispose list inspect jobs uid config completions man help" -f -a "config" -d 'Show every setting in force, and where it came from; secrets are masked'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand help; and not __fish_seen_subcommand_from trigger stop checkpoint wait cancel restore dispose list inspect jobs uid config completions man help" -f -a "completions" -d 'Print the completion script for a shell'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand help; and not __fish_seen_subcommand_from trigger stop checkpoint wait cancel restore dispose list inspect jobs uid config completions man help" -f -a "man" -d 'Print the manual page of the tool, or of one of its commands'
complete -c savepointctl -n "__fish_savepointctl_using_subcommand help; and not __fish_seen_subcommand_from trigger stop checkpoint wait cancel restore dispose list inspect jobs uid config completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
