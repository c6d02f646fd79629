//! What is said about clusters: where statements run that one machine is too small for.

super::messages! {
    /// Faults of a cluster, and of the way to it.
    pub enum ClusterFault {
        /// An address that names no scheduler.
        BadAddress { found: String } Usage,
            "`{found}` is not the address of a scheduler", "`{found}` không phải địa chỉ của bộ điều phối",
            hint "write `http://HOST:50050`, or `https://HOST:50050` where the cluster has certificates",
                 "hãy viết `http://MÁY:50050`, hoặc `https://MÁY:50050` nếu cụm máy có chứng thư";
        /// Nobody answers at the address.
        NoScheduler { address: String, problem: String } Data,
            "no scheduler answers at {address}: {problem}", "không có bộ điều phối nào trả lời ở {address}: {problem}",
            hint "start one with `cchc cluster scheduler`; without `--cluster`, `CCHC_CLUSTER` and `[cluster]` in the configuration, statements run on this machine",
                 "hãy chạy `cchc cluster scheduler`; nếu không có `--cluster`, `CCHC_CLUSTER` và `[cluster]` trong cấu hình thì câu lệnh chạy trên máy này";
        /// A certificate that is not trusted.
        Untrusted { address: String, problem: String } Data,
            "the certificate of {address} is not trusted: {problem}", "chứng thư của {address} không được tin cậy: {problem}",
            hint "unknown issuer: name the authority's certificate with `--cluster-authority FILE`; not valid for a name: use one that stands in the certificate; expired: renew it and start the service again",
                 "unknown issuer: hãy nêu chứng thư của nơi cấp bằng `--cluster-authority TỆP`; not valid for name: hãy dùng tên có trong chứng thư; expired: hãy cấp lại chứng thư và chạy lại dịch vụ";
        /// A machine without any authority.
        NoAuthority Data,
            "this machine trusts no authority for certificates", "máy này không tin cậy nơi cấp chứng thư nào",
            hint "name the cluster's with `--cluster-authority FILE`", "hãy nêu nơi cấp của cụm máy bằng `--cluster-authority TỆP`";
        /// A scheduler that does not encrypt, for one who wants it to.
        NotEncrypted { address: String } Data,
            "what answers at {address} does not encrypt", "máy trả lời ở {address} không mã hoá",
            hint "start scheduler and executors with `--certificate` and `--key`, or write `http://` where the network itself is closed",
                 "hãy chạy bộ điều phối và các máy tính toán với `--certificate` và `--key`, hoặc viết `http://` nếu mạng đã khép kín";
        /// A scheduler that encrypts, for one who does not.
        Encrypted { address: String } Data,
            "what answers at {address} encrypts", "máy trả lời ở {address} có mã hoá",
            hint "write `https://`; an executor needs `--certificate` and `--key`", "hãy viết `https://`; máy tính toán cần `--certificate` và `--key`";
        /// A file that holds no certificate, or not the one wanted.
        BadCertificate { file: String, problem: String } Usage,
            "`{file}` cannot serve for encryption: {problem}", "không dùng `{file}` để mã hoá được: {problem}",
            hint "certificate, key and authority are files in PEM form, the key is the certificate's and has no passphrase; docs/CLUSTER.md makes all three with openssl",
                 "chứng thư, khoá và nơi cấp là tệp dạng PEM, khoá phải là của chứng thư và không có mật khẩu; docs/CLUSTER.md tạo cả ba bằng openssl";
        /// An executor that its scheduler does not reach.
        Unreached { place: String, problem: String } Data,
            "the scheduler does not reach this executor at {place}: {problem}", "bộ điều phối không kết nối được tới máy tính toán này ở {place}: {problem}",
            hint "`--host` must be a name or address of this machine that the scheduler reaches and that stands in the certificate, if there is one; the scheduler needs the port of `--task-port`",
                 "`--host` phải là tên hoặc địa chỉ của máy này mà bộ điều phối tới được, và có trong chứng thư nếu dùng chứng thư; bộ điều phối cần tới cổng `--task-port`";
        /// A service that encrypts and was not told whom to trust.
        AuthorityWanted Usage,
            "`--certificate` needs the authority that the other machines' certificates come from", "`--certificate` cần nơi cấp chứng thư của các máy khác",
            hint "name its certificate with `--cluster-authority FILE`", "hãy nêu chứng thư của nơi cấp bằng `--cluster-authority TỆP`";
        /// An executor of a scheduler that encrypts, and that has no certificate itself, or the other way round.
        CertificateWanted { scheduler: String } Usage,
            "an executor of {scheduler} needs a certificate of its own", "máy tính toán của {scheduler} cần có chứng thư riêng",
            hint "name it with `--certificate FILE --key FILE`: in a cluster all machines encrypt, or none", "hãy nêu bằng `--certificate TỆP --key TỆP`: trong một cụm, mọi máy đều mã hoá hoặc không máy nào";
        /// A token that cannot be sent.
        BadToken Usage,
            "`CCHC_CLUSTER_TOKEN` holds letters that a token may not have", "`CCHC_CLUSTER_TOKEN` có ký tự không dùng được",
            hint "take ASCII letters, digits and signs without spaces, such as `openssl rand -hex 32` gives", "hãy dùng chữ cái không dấu, chữ số và ký hiệu, không có khoảng trắng, ví dụ kết quả của `openssl rand -hex 32`";
        /// A scheduler that does not let this user in.
        WrongToken { address: String } Data,
            "the scheduler at {address} does not let this machine in", "bộ điều phối ở {address} không chấp nhận máy này",
            hint "`CCHC_CLUSTER_TOKEN` must be the same on scheduler, executors and here", "`CCHC_CLUSTER_TOKEN` phải giống nhau ở bộ điều phối, các máy tính toán và ở đây";
        /// A scheduler as executors are told of it.
        BadScheduler { found: String } Usage,
            "`{found}` is not where a scheduler can be", "`{found}` không phải vị trí của bộ điều phối",
            hint "write `--scheduler HOST:50050`, or the URL that users name: `http://HOST:50050`, or `https://` with `--certificate`",
                 "hãy viết `--scheduler MÁY:50050`, hoặc URL mà người dùng nêu: `http://MÁY:50050`, hoặc `https://` khi có `--certificate`";
        /// A service that others are to find at no address.
        NoHost { bind: String } Usage,
            "`--bind {bind}` is every address of this machine, so others are not told where to find it",
            "`--bind {bind}` là mọi địa chỉ của máy này, nên các máy khác không biết tìm ở đâu",
            hint "name this machine: `--host 10.0.0.2`, or bind to one address", "hãy nêu tên máy này: `--host 10.0.0.2`, hoặc chỉ mở một địa chỉ";
        /// A folder that another executor uses.
        FolderInUse { folder: String } Data,
            "another executor uses the folder `{folder}`", "một máy tính toán khác đang dùng thư mục `{folder}`",
            hint "give each its own: `--folder DIR`", "mỗi máy cần thư mục riêng: `--folder THƯ_MỤC`";
        /// The scheduler went away, or refused.
        SchedulerLost { address: String, problem: String } Data,
            "the scheduler at {address} did not finish the statement: {problem}",
            "bộ điều phối ở {address} không chạy xong câu lệnh: {problem}",
            hint "run it again; the scheduler's log says more", "hãy chạy lại; nhật ký của bộ điều phối cho biết thêm";
        /// An executor that has gone while a statement ran.
        ExecutorDied { address: String } Data,
            "an executor of {address} went away while the statement ran", "một máy tính toán của {address} ngừng hoạt động khi câu lệnh đang chạy",
            hint "run it again: the others take over", "hãy chạy lại: các máy còn lại sẽ đảm nhận";
        /// Nobody took the work.
        NoExecutor { address: String, seconds: u64 } Data,
            "no executor took the statement within {seconds} seconds at {address}",
            "sau {seconds} giây không có máy tính toán nào nhận câu lệnh ở {address}",
            hint "start one with `cchc cluster executor --scheduler HOST:50050`",
                 "hãy chạy `cchc cluster executor --scheduler MÁY:50050`";
        /// An executor that holds rows of the result cannot be reached.
        ExecutorLost { host: String, problem: String } Data,
            "executor {host} does not hand over its rows: {problem}",
            "không lấy được kết quả từ máy tính toán {host}: {problem}",
            hint "this machine must reach the executors' ports too; if one has just stopped, run the statement again",
                 "máy này cũng phải kết nối được tới cổng của các máy tính toán; nếu có máy vừa dừng, hãy chạy lại câu lệnh";
        /// Executors do not find what the client lists.
        ObjectGone { file: String } Data,
            "the executors do not find the listed version of `{file}`",
            "các máy tính toán không tìm thấy đúng phiên bản đã liệt kê của `{file}`",
            hint "it was replaced or removed meanwhile, or the executors' `--workspace` is another one than this machine's",
                 "tệp vừa bị thay hoặc xoá, hoặc `--workspace` của các máy tính toán khác với của máy này";
        /// A port that cannot be had.
        NotListening { address: String, problem: String } Data,
            "cannot listen on {address}: {problem}", "không mở được cổng {address}: {problem}",
            hint "another program may use the port; `--port` chooses one", "có thể chương trình khác đang dùng cổng này; `--port` để chọn cổng khác";
        /// A service that ended by itself.
        Ended { problem: String } Data,
            "the service has ended: {problem}", "dịch vụ đã dừng: {problem}";
    }
}

super::messages! {
    /// What a service of a cluster tells about itself.
    pub enum ClusterWords {
        /// A scheduler waits for work.
        Scheduling { address: String } Notice,
            "scheduler listening on {address}, Ctrl-C ends it", "bộ điều phối đang chạy ở {address}, Ctrl-C để dừng";
        /// An executor waits for work.
        Executing { address: String, scheduler: String, cores: usize } Notice,
            "executor on {address} works for {scheduler} with {cores} cores, Ctrl-C ends it",
            "máy tính toán ở {address} làm việc cho {scheduler} với {cores} lõi, Ctrl-C để dừng";
        /// A service that others can reach.
        Open { address: String } Notice,
            "{address} is open to other machines: there is no password and no encryption, so whoever reaches the port can run statements over the workspace; see docs/CLUSTER.md",
            "{address} mở cho các máy khác: không có mật khẩu và không mã hoá, nên ai tới được cổng này đều chạy được câu lệnh trên không gian làm việc; xem docs/CLUSTER.md";
        /// A service that others can reach, most ports of which ask for the token.
        OpenWithToken { address: String } Notice,
            "{address} is open to other machines, and nothing is encrypted: whoever listens in the network learns the token; see docs/CLUSTER.md",
            "{address} mở cho các máy khác và không mã hoá: ai nghe được mạng đều biết mã chung; xem docs/CLUSTER.md";
        /// A service that others can reach and that asks for no token, but encrypts.
        OpenWithTls { address: String } Notice,
            "{address} is open to other machines and asks for no token, so whoever reaches the port can run statements over the workspace; see docs/CLUSTER.md",
            "{address} mở cho các máy khác và không hỏi mã chung, nên ai tới được cổng này đều chạy được câu lệnh trên không gian làm việc; xem docs/CLUSTER.md";
        /// A line of the engine's log.
        Log { level: String, line: String } Notice, "{level} {line}", "{level} {line}";
    }
}
