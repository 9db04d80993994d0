
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'savepointctl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'savepointctl'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'savepointctl' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('--jobmanager', '--jobmanager', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Set a key of Flink''s configuration, over its file (repeatable)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]')
            [CompletionResult]::new('--bearer-token-file', '--bearer-token-file', [CompletionResultType]::ParameterName, 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]')
            [CompletionResult]::new('--basic-auth-file', '--basic-auth-file', [CompletionResultType]::ParameterName, 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Show the server this client certificate (PEM; with its chain)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file')
            [CompletionResult]::new('--tls-server-name', '--tls-server-name', [CompletionResultType]::ParameterName, 'Expect this name in the server''s certificate instead of the host''s')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up when no connection is made in this time [default: 2500ms]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Give up on a single request after this time [default: 30s]')
            [CompletionResult]::new('--reconnect-timeout', '--reconnect-timeout', [CompletionResultType]::ParameterName, 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not check the server''s certificate: anybody on the way can read and change everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('trigger', 'trigger', [CompletionResultType]::ParameterValue, 'Trigger a savepoint, wait for it, and print its location')
            [CompletionResult]::new('stop', 'stop', [CompletionResultType]::ParameterValue, 'Stop a job with a savepoint, and print the savepoint''s location')
            [CompletionResult]::new('checkpoint', 'checkpoint', [CompletionResultType]::ParameterValue, 'Trigger a checkpoint (1.17+), wait for it, and print its location')
            [CompletionResult]::new('wait', 'wait', [CompletionResultType]::ParameterValue, 'Resume waiting for a savepoint, a stop, a checkpoint, a restore or a disposal')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'End a job now, without a savepoint, and print its id when it has ended')
            [CompletionResult]::new('restore', 'restore', [CompletionResultType]::ParameterValue, 'Run a job from a savepoint or checkpoint, and print its job id when all its tasks run')
            [CompletionResult]::new('dispose', 'dispose', [CompletionResultType]::ParameterValue, 'Have the cluster delete snapshots, and print the location of each that is gone')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the savepoints and checkpoints that the cluster remembers, newest first')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show what a savepoint or checkpoint contains, from its metadata file alone')
            [CompletionResult]::new('jobs', 'jobs', [CompletionResultType]::ParameterValue, 'List the cluster''s jobs with their last savepoint and checkpoint, and what they were restored from')
            [CompletionResult]::new('uid', 'uid', [CompletionResultType]::ParameterValue, 'Print the operator id that Flink computes from each uid, one a line')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show every setting in force, and where it came from; secrets are masked')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page of the tool, or of one of its commands')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'savepointctl;trigger' {
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'How the state is written: canonical, or native (1.15+)')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Stop waiting after this time, e.g. 30m; the savepoint goes on (exit code 3)')
            [CompletionResult]::new('--wait-running', '--wait-running', [CompletionResultType]::ParameterName, 'First wait, for this time at most, until all tasks of the job run')
            [CompletionResult]::new('--idempotency-key', '--idempotency-key', [CompletionResultType]::ParameterName, 'Make repetitions with the same key give the same savepoint (1.15+)')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('--jobmanager', '--jobmanager', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Set a key of Flink''s configuration, over its file (repeatable)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]')
            [CompletionResult]::new('--bearer-token-file', '--bearer-token-file', [CompletionResultType]::ParameterName, 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]')
            [CompletionResult]::new('--basic-auth-file', '--basic-auth-file', [CompletionResultType]::ParameterName, 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Show the server this client certificate (PEM; with its chain)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file')
            [CompletionResult]::new('--tls-server-name', '--tls-server-name', [CompletionResultType]::ParameterName, 'Expect this name in the server''s certificate instead of the host''s')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up when no connection is made in this time [default: 2500ms]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Give up on a single request after this time [default: 30s]')
            [CompletionResult]::new('--reconnect-timeout', '--reconnect-timeout', [CompletionResultType]::ParameterName, 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--detached', '--detached', [CompletionResultType]::ParameterName, 'Print the trigger id and do not wait')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Take a savepoint of every running job, in parallel; one location a line')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not check the server''s certificate: anybody on the way can read and change everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'savepointctl;stop' {
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The directory that gets the savepoint''s own directory; the cluster''s default if left out')
            [CompletionResult]::new('--savepoint-dir', '--savepoint-dir', [CompletionResultType]::ParameterName, 'The directory that gets the savepoint''s own directory; the cluster''s default if left out')
            [CompletionResult]::new('--savepointPath', '--savepointPath', [CompletionResultType]::ParameterName, 'The directory that gets the savepoint''s own directory; the cluster''s default if left out')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'How the state is written: canonical, or native (1.15+)')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Stop waiting after this time, e.g. 30m; the stop goes on (exit code 3)')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('--jobmanager', '--jobmanager', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Set a key of Flink''s configuration, over its file (repeatable)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]')
            [CompletionResult]::new('--bearer-token-file', '--bearer-token-file', [CompletionResultType]::ParameterName, 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]')
            [CompletionResult]::new('--basic-auth-file', '--basic-auth-file', [CompletionResultType]::ParameterName, 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Show the server this client certificate (PEM; with its chain)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file')
            [CompletionResult]::new('--tls-server-name', '--tls-server-name', [CompletionResultType]::ParameterName, 'Expect this name in the server''s certificate instead of the host''s')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up when no connection is made in this time [default: 2500ms]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Give up on a single request after this time [default: 30s]')
            [CompletionResult]::new('--reconnect-timeout', '--reconnect-timeout', [CompletionResultType]::ParameterName, 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Send the maximum watermark first: windows close, timers fire, and the job cannot go on from where it was')
            [CompletionResult]::new('--drain', '--drain', [CompletionResultType]::ParameterName, 'Send the maximum watermark first: windows close, timers fire, and the job cannot go on from where it was')
            [CompletionResult]::new('--detached', '--detached', [CompletionResultType]::ParameterName, 'Print the trigger id and do not wait')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not check the server''s certificate: anybody on the way can read and change everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'savepointctl;checkpoint' {
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Stop waiting after this time, e.g. 5m; the checkpoint goes on (exit code 3)')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('--jobmanager', '--jobmanager', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Set a key of Flink''s configuration, over its file (repeatable)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]')
            [CompletionResult]::new('--bearer-token-file', '--bearer-token-file', [CompletionResultType]::ParameterName, 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]')
            [CompletionResult]::new('--basic-auth-file', '--basic-auth-file', [CompletionResultType]::ParameterName, 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Show the server this client certificate (PEM; with its chain)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file')
            [CompletionResult]::new('--tls-server-name', '--tls-server-name', [CompletionResultType]::ParameterName, 'Expect this name in the server''s certificate instead of the host''s')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up when no connection is made in this time [default: 2500ms]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Give up on a single request after this time [default: 30s]')
            [CompletionResult]::new('--reconnect-timeout', '--reconnect-timeout', [CompletionResultType]::ParameterName, 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--detached', '--detached', [CompletionResultType]::ParameterName, 'Print the trigger id and do not wait')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not check the server''s certificate: anybody on the way can read and change everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'savepointctl;wait' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'With --running: the snapshot that the job must have been restored from')
            [CompletionResult]::new('--dispose', '--dispose', [CompletionResultType]::ParameterName, 'Wait for the disposal with this trigger id')
            [CompletionResult]::new('--verb', '--verb', [CompletionResultType]::ParameterName, 'What was triggered: trigger, stop or checkpoint; found out if left out')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'When it was triggered at the earliest, on the server''s clock, in RFC 3339')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Stop waiting after this time; the operation goes on (exit code 3)')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('--jobmanager', '--jobmanager', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Set a key of Flink''s configuration, over its file (repeatable)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]')
            [CompletionResult]::new('--bearer-token-file', '--bearer-token-file', [CompletionResultType]::ParameterName, 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]')
            [CompletionResult]::new('--basic-auth-file', '--basic-auth-file', [CompletionResultType]::ParameterName, 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Show the server this client certificate (PEM; with its chain)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file')
            [CompletionResult]::new('--tls-server-name', '--tls-server-name', [CompletionResultType]::ParameterName, 'Expect this name in the server''s certificate instead of the host''s')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up when no connection is made in this time [default: 2500ms]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Give up on a single request after this time [default: 30s]')
            [CompletionResult]::new('--reconnect-timeout', '--reconnect-timeout', [CompletionResultType]::ParameterName, 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--running', '--running', [CompletionResultType]::ParameterName, 'Wait until all tasks of a job that was restored run')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not check the server''s certificate: anybody on the way can read and change everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'savepointctl;cancel' {
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Stop waiting after this time; the cancellation goes on (exit code 3)')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('--jobmanager', '--jobmanager', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Set a key of Flink''s configuration, over its file (repeatable)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]')
            [CompletionResult]::new('--bearer-token-file', '--bearer-token-file', [CompletionResultType]::ParameterName, 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]')
            [CompletionResult]::new('--basic-auth-file', '--basic-auth-file', [CompletionResultType]::ParameterName, 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Show the server this client certificate (PEM; with its chain)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file')
            [CompletionResult]::new('--tls-server-name', '--tls-server-name', [CompletionResultType]::ParameterName, 'Expect this name in the server''s certificate instead of the host''s')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up when no connection is made in this time [default: 2500ms]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Give up on a single request after this time [default: 30s]')
            [CompletionResult]::new('--reconnect-timeout', '--reconnect-timeout', [CompletionResultType]::ParameterName, 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not check the server''s certificate: anybody on the way can read and change everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'savepointctl;restore' {
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'The same, as Flink''s `run` spells it')
            [CompletionResult]::new('--from-savepoint', '--from-savepoint', [CompletionResultType]::ParameterName, 'The same, as Flink''s `run` spells it')
            [CompletionResult]::new('--jar', '--jar', [CompletionResultType]::ParameterName, 'The program''s jar, which is uploaded')
            [CompletionResult]::new('--jar-id', '--jar-id', [CompletionResultType]::ParameterName, 'A jar that was uploaded before, by its id in the cluster')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'The class with the main method, where the jar''s manifest does not name it')
            [CompletionResult]::new('--class', '--class', [CompletionResultType]::ParameterName, 'The class with the main method, where the jar''s manifest does not name it')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The job''s parallelism')
            [CompletionResult]::new('--parallelism', '--parallelism', [CompletionResultType]::ParameterName, 'The job''s parallelism')
            [CompletionResult]::new('--claim-mode', '--claim-mode', [CompletionResultType]::ParameterName, 'Who owns the snapshot''s files from now on: no-claim, claim or legacy (1.15+)')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Stop waiting after this time; the job goes on starting (exit code 3)')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('--jobmanager', '--jobmanager', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Set a key of Flink''s configuration, over its file (repeatable)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]')
            [CompletionResult]::new('--bearer-token-file', '--bearer-token-file', [CompletionResultType]::ParameterName, 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]')
            [CompletionResult]::new('--basic-auth-file', '--basic-auth-file', [CompletionResultType]::ParameterName, 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Show the server this client certificate (PEM; with its chain)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file')
            [CompletionResult]::new('--tls-server-name', '--tls-server-name', [CompletionResultType]::ParameterName, 'Expect this name in the server''s certificate instead of the host''s')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up when no connection is made in this time [default: 2500ms]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Give up on a single request after this time [default: 30s]')
            [CompletionResult]::new('--reconnect-timeout', '--reconnect-timeout', [CompletionResultType]::ParameterName, 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Leave state behind that fits no operator of the program')
            [CompletionResult]::new('--allow-non-restored-state', '--allow-non-restored-state', [CompletionResultType]::ParameterName, 'Leave state behind that fits no operator of the program')
            [CompletionResult]::new('--keep-jar', '--keep-jar', [CompletionResultType]::ParameterName, 'Leave the uploaded jar in the cluster')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Print the job id as soon as the cluster has accepted the job')
            [CompletionResult]::new('--detached', '--detached', [CompletionResultType]::ParameterName, 'Print the job id as soon as the cluster has accepted the job')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not check the server''s certificate: anybody on the way can read and change everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'savepointctl;dispose' {
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Stop waiting for a disposal after this time; it goes on (exit code 3)')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('--jobmanager', '--jobmanager', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Set a key of Flink''s configuration, over its file (repeatable)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]')
            [CompletionResult]::new('--bearer-token-file', '--bearer-token-file', [CompletionResultType]::ParameterName, 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]')
            [CompletionResult]::new('--basic-auth-file', '--basic-auth-file', [CompletionResultType]::ParameterName, 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Show the server this client certificate (PEM; with its chain)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file')
            [CompletionResult]::new('--tls-server-name', '--tls-server-name', [CompletionResultType]::ParameterName, 'Expect this name in the server''s certificate instead of the host''s')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up when no connection is made in this time [default: 2500ms]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Give up on a single request after this time [default: 30s]')
            [CompletionResult]::new('--reconnect-timeout', '--reconnect-timeout', [CompletionResultType]::ParameterName, 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be done and why, and do nothing')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask; needed where no terminal is there to ask on')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask; needed where no terminal is there to ask on')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Dispose of what would be refused, too')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not check the server''s certificate: anybody on the way can read and change everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'savepointctl;list' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('--jobmanager', '--jobmanager', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Set a key of Flink''s configuration, over its file (repeatable)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]')
            [CompletionResult]::new('--bearer-token-file', '--bearer-token-file', [CompletionResultType]::ParameterName, 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]')
            [CompletionResult]::new('--basic-auth-file', '--basic-auth-file', [CompletionResultType]::ParameterName, 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Show the server this client certificate (PEM; with its chain)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file')
            [CompletionResult]::new('--tls-server-name', '--tls-server-name', [CompletionResultType]::ParameterName, 'Expect this name in the server''s certificate instead of the host''s')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up when no connection is made in this time [default: 2500ms]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Give up on a single request after this time [default: 30s]')
            [CompletionResult]::new('--reconnect-timeout', '--reconnect-timeout', [CompletionResultType]::ParameterName, 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Checkpoints that the cluster has deleted, too')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Checkpoints that the cluster has deleted, too')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not check the server''s certificate: anybody on the way can read and change everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'savepointctl;inspect' {
            [CompletionResult]::new('--key-groups', '--key-groups', [CompletionResultType]::ParameterName, 'Draw the keyed state of an operator (name, uid or id) by key group')
            [CompletionResult]::new('--uid', '--uid', [CompletionResultType]::ParameterName, 'A uid of the program, to name an operator whose uid is not recorded (repeatable)')
            [CompletionResult]::new('--uids', '--uids', [CompletionResultType]::ParameterName, 'A file of uids, one a line; lines that start with # are comments')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('--jobmanager', '--jobmanager', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Set a key of Flink''s configuration, over its file (repeatable)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]')
            [CompletionResult]::new('--bearer-token-file', '--bearer-token-file', [CompletionResultType]::ParameterName, 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]')
            [CompletionResult]::new('--basic-auth-file', '--basic-auth-file', [CompletionResultType]::ParameterName, 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Show the server this client certificate (PEM; with its chain)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file')
            [CompletionResult]::new('--tls-server-name', '--tls-server-name', [CompletionResultType]::ParameterName, 'Expect this name in the server''s certificate instead of the host''s')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up when no connection is made in this time [default: 2500ms]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Give up on a single request after this time [default: 30s]')
            [CompletionResult]::new('--reconnect-timeout', '--reconnect-timeout', [CompletionResultType]::ParameterName, 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--subtasks', '--subtasks', [CompletionResultType]::ParameterName, 'Show each subtask, and how evenly the state lies on them')
            [CompletionResult]::new('--files', '--files', [CompletionResultType]::ParameterName, 'Show every file that is referred to, once, with who refers to it')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Show long lists whole, and names uncut')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not check the server''s certificate: anybody on the way can read and change everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'savepointctl;jobs' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('--jobmanager', '--jobmanager', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Set a key of Flink''s configuration, over its file (repeatable)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]')
            [CompletionResult]::new('--bearer-token-file', '--bearer-token-file', [CompletionResultType]::ParameterName, 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]')
            [CompletionResult]::new('--basic-auth-file', '--basic-auth-file', [CompletionResultType]::ParameterName, 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Show the server this client certificate (PEM; with its chain)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file')
            [CompletionResult]::new('--tls-server-name', '--tls-server-name', [CompletionResultType]::ParameterName, 'Expect this name in the server''s certificate instead of the host''s')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up when no connection is made in this time [default: 2500ms]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Give up on a single request after this time [default: 30s]')
            [CompletionResult]::new('--reconnect-timeout', '--reconnect-timeout', [CompletionResultType]::ParameterName, 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Ended jobs too')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Ended jobs too')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not check the server''s certificate: anybody on the way can read and change everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'savepointctl;uid' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('--jobmanager', '--jobmanager', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Set a key of Flink''s configuration, over its file (repeatable)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]')
            [CompletionResult]::new('--bearer-token-file', '--bearer-token-file', [CompletionResultType]::ParameterName, 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]')
            [CompletionResult]::new('--basic-auth-file', '--basic-auth-file', [CompletionResultType]::ParameterName, 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Show the server this client certificate (PEM; with its chain)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file')
            [CompletionResult]::new('--tls-server-name', '--tls-server-name', [CompletionResultType]::ParameterName, 'Expect this name in the server''s certificate instead of the host''s')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up when no connection is made in this time [default: 2500ms]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Give up on a single request after this time [default: 30s]')
            [CompletionResult]::new('--reconnect-timeout', '--reconnect-timeout', [CompletionResultType]::ParameterName, 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not check the server''s certificate: anybody on the way can read and change everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'savepointctl;config' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('--jobmanager', '--jobmanager', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Set a key of Flink''s configuration, over its file (repeatable)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]')
            [CompletionResult]::new('--bearer-token-file', '--bearer-token-file', [CompletionResultType]::ParameterName, 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]')
            [CompletionResult]::new('--basic-auth-file', '--basic-auth-file', [CompletionResultType]::ParameterName, 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Show the server this client certificate (PEM; with its chain)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file')
            [CompletionResult]::new('--tls-server-name', '--tls-server-name', [CompletionResultType]::ParameterName, 'Expect this name in the server''s certificate instead of the host''s')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up when no connection is made in this time [default: 2500ms]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Give up on a single request after this time [default: 30s]')
            [CompletionResult]::new('--reconnect-timeout', '--reconnect-timeout', [CompletionResultType]::ParameterName, 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not check the server''s certificate: anybody on the way can read and change everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'savepointctl;completions' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('--jobmanager', '--jobmanager', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Set a key of Flink''s configuration, over its file (repeatable)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]')
            [CompletionResult]::new('--bearer-token-file', '--bearer-token-file', [CompletionResultType]::ParameterName, 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]')
            [CompletionResult]::new('--basic-auth-file', '--basic-auth-file', [CompletionResultType]::ParameterName, 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Show the server this client certificate (PEM; with its chain)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file')
            [CompletionResult]::new('--tls-server-name', '--tls-server-name', [CompletionResultType]::ParameterName, 'Expect this name in the server''s certificate instead of the host''s')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up when no connection is made in this time [default: 2500ms]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Give up on a single request after this time [default: 30s]')
            [CompletionResult]::new('--reconnect-timeout', '--reconnect-timeout', [CompletionResultType]::ParameterName, 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not check the server''s certificate: anybody on the way can read and change everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'savepointctl;man' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('--jobmanager', '--jobmanager', [CompletionResultType]::ParameterName, 'Where the JobManager answers: HOST:PORT, or a URL whose path is kept [env: SAVEPOINTCTL_JOBMANAGER]')
            [CompletionResult]::new('-D', '-D ', [CompletionResultType]::ParameterName, 'Set a key of Flink''s configuration, over its file (repeatable)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header with every request (repeatable) [env: FLINK_REST_CLIENT_HEADERS]')
            [CompletionResult]::new('--bearer-token-file', '--bearer-token-file', [CompletionResultType]::ParameterName, 'Send the token in this file as a bearer token [env: SAVEPOINTCTL_BEARER_TOKEN, the token itself]')
            [CompletionResult]::new('--basic-auth-file', '--basic-auth-file', [CompletionResultType]::ParameterName, 'Log in with the user:password in this file [env: SAVEPOINTCTL_BASIC_AUTH, user:password itself]')
            [CompletionResult]::new('--cacert', '--cacert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file, and no others')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Show the server this client certificate (PEM; with its chain)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The private key of --cert (PEM, not encrypted); by default it is looked for in the same file')
            [CompletionResult]::new('--tls-server-name', '--tls-server-name', [CompletionResultType]::ParameterName, 'Expect this name in the server''s certificate instead of the host''s')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up when no connection is made in this time [default: 2500ms]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'Give up on a single request after this time [default: 30s]')
            [CompletionResult]::new('--reconnect-timeout', '--reconnect-timeout', [CompletionResultType]::ParameterName, 'While an operation is pending, ride out an unreachable JobManager for this time [default: 2min]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the result on stdout')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not check the server''s certificate: anybody on the way can read and change everything')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each request on stderr, and a server''s stack trace on failure; -vv bodies too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only warnings and errors')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'savepointctl;help' {
            [CompletionResult]::new('trigger', 'trigger', [CompletionResultType]::ParameterValue, 'Trigger a savepoint, wait for it, and print its location')
            [CompletionResult]::new('stop', 'stop', [CompletionResultType]::ParameterValue, 'Stop a job with a savepoint, and print the savepoint''s location')
            [CompletionResult]::new('checkpoint', 'checkpoint', [CompletionResultType]::ParameterValue, 'Trigger a checkpoint (1.17+), wait for it, and print its location')
            [CompletionResult]::new('wait', 'wait', [CompletionResultType]::ParameterValue, 'Resume waiting for a savepoint, a stop, a checkpoint, a restore or a disposal')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'End a job now, without a savepoint, and print its id when it has ended')
            [CompletionResult]::new('restore', 'restore', [CompletionResultType]::ParameterValue, 'Run a job from a savepoint or checkpoint, and print its job id when all its tasks run')
            [CompletionResult]::new('dispose', 'dispose', [CompletionResultType]::ParameterValue, 'Have the cluster delete snapshots, and print the location of each that is gone')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the savepoints and checkpoints that the cluster remembers, newest first')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show what a savepoint or checkpoint contains, from its metadata file alone')
            [CompletionResult]::new('jobs', 'jobs', [CompletionResultType]::ParameterValue, 'List the cluster''s jobs with their last savepoint and checkpoint, and what they were restored from')
            [CompletionResult]::new('uid', 'uid', [CompletionResultType]::ParameterValue, 'Print the operator id that Flink computes from each uid, one a line')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show every setting in force, and where it came from; secrets are masked')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page of the tool, or of one of its commands')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'savepointctl;help;trigger' {
            break
        }
        'savepointctl;help;stop' {
            break
        }
        'savepointctl;help;checkpoint' {
            break
        }
        'savepointctl;help;wait' {
            break
        }
        'savepointctl;help;cancel' {
            break
        }
        'savepointctl;help;restore' {
            break
        }
        'savepointctl;help;dispose' {
            break
        }
        'savepointctl;help;list' {
            break
        }
        'savepointctl;help;inspect' {
            break
        }
        'savepointctl;help;jobs' {
            break
        }
        'savepointctl;help;uid' {
            break
        }
        'savepointctl;help;config' {
            break
        }
        'savepointctl;help;completions' {
            break
        }
        'savepointctl;help;man' {
            break
        }
        'savepointctl;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
