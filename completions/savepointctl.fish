# fish completion for savepointctl, and for flink: asks the binary itself.

function __savepointctl_offered
    set -l typed (commandline --current-token --cut-at-cursor)
    # a quote may still be open
    set -l plain (string unescape -- "$typed"; or string unescape -- "$typed'"; or string unescape -- "$typed\"")
    # always savepointctl: the real flink must not be started at a Tab
    SAVEPOINTCTL_COMPLETE=fish savepointctl -- \
        (commandline --current-process --tokenize --cut-at-cursor) "$plain" 2>/dev/null
end

complete --keep-order --exclusive --command savepointctl --arguments "(__savepointctl_offered)"
complete --keep-order --exclusive --command flink --arguments "(__savepointctl_offered)"
