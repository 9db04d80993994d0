# elvish completion for savepointctl, and for flink: asks the binary itself.
use str

fn -savepointctl {|@words|
    try {
        # always savepointctl: the real flink must not be started at a Tab
        env SAVEPOINTCTL_COMPLETE=elvish ^
            savepointctl -- $@words 2>/dev/null | from-lines | each {|value|
                # no space behind what goes on: a directory, the beginning of a location
                var is-whole = $true
                for end [/ : =] {
                    if (str:has-suffix $value $end) {
                        set is-whole = $false
                    }
                }
                var suffix = ''
                if $is-whole {
                    set suffix = ' '
                }
                edit:complex-candidate $value &code-suffix=$suffix
            }
    } catch _ { }
}

set edit:completion:arg-completer[savepointctl] = $-savepointctl~
set edit:completion:arg-completer[flink] = $-savepointctl~
