import java.io.IOException;
import java.net.URI;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.fs.s3hadoop.common.HadoopFileSystem;
import org.apache.hadoop.fs.s3a.S3AFileSystem;

/**
 * S3 for a Flink 2 in tests, by the file system inside the S3 plugin of Flink 1.10: that plugin's own factory calls
 * methods that Flink 2 has no more. The settings are Flink's own, s3.endpoint and so on.
 */
public class S3Adapter implements FileSystemFactory {
    private Configuration settings = new Configuration();

    @Override
    public String getScheme() {
        return "s3";
    }

    @Override
    public void configure(Configuration configuration) {
        settings = configuration;
    }

    @Override
    public FileSystem create(URI uri) throws IOException {
        ClassLoader ours = getClass().getClassLoader();
        Thread thread = Thread.currentThread();
        ClassLoader theirs = thread.getContextClassLoader();
        thread.setContextClassLoader(ours);
        try {
            org.apache.hadoop.conf.Configuration hadoop = new org.apache.hadoop.conf.Configuration();
            hadoop.setClassLoader(ours);
            for (String key : settings.keySet()) {
                if (key.startsWith("s3.")) {
                    String name = key.substring("s3.".length()).replace("-key", ".key");
                    hadoop.set("fs.s3a." + name, settings.toMap().get(key));
                }
            }
            S3AFileSystem s3 = new S3AFileSystem();
            s3.initialize(URI.create("s3a://" + uri.getAuthority()), hadoop);
            return new HadoopFileSystem(s3);
        } finally {
            thread.setContextClassLoader(theirs);
        }
    }
}
