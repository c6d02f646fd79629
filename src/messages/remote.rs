//! What is said about workspaces in object stores.

super::messages! {
    /// Faults of a workspace in an object store.
    pub enum RemoteFault {
        /// An address that names no bucket.
        BadAddress { found: String } Usage,
            "`{found}` names no workspace in an object store", "`{found}` không chỉ ra không gian làm việc nào trong kho đối tượng",
            hint "write `s3://BUCKET/PREFIX`", "hãy viết `s3://BUCKET/TIỀN_TỐ`";
        /// The settings in the environment cannot be used.
        BadSettings { problem: String } Usage,
            "the object store cannot be used with these settings: {problem}",
            "không dùng được kho đối tượng với các thiết lập này: {problem}",
            hint "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and, for other stores than Amazon's, AWS_ENDPOINT_URL; AWS_ALLOW_HTTP=true without TLS",
                 "hãy đặt AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, và AWS_ENDPOINT_URL với kho không phải của Amazon; AWS_ALLOW_HTTP=true nếu không có TLS";
        /// The store does not answer, or refuses.
        Unreachable { address: String, problem: String } Data,
            "cannot use {address}: {problem}", "không dùng được {address}: {problem}",
            hint "check the address, the credentials in the environment (AWS_…) and the network",
                 "hãy kiểm tra địa chỉ, thông tin đăng nhập trong môi trường (AWS_…) và mạng";
        /// There is no workspace at the address.
        NotAWorkspace { address: String } Usage,
            "`{address}` is not a workspace: it has no `datasets`", "`{address}` không phải không gian làm việc: không có `datasets`",
            hint "copy the folders `datasets`, `queries` and `charts` of a workspace there",
                 "hãy chép các thư mục `datasets`, `queries` và `charts` của một không gian làm việc vào đó";
        /// An object that was there a moment ago.
        Gone { file: String } Data,
            "`{file}` has disappeared from the object store while it was read",
            "`{file}` biến mất khỏi kho đối tượng trong lúc đang đọc",
            hint "run it again", "hãy chạy lại";
        /// Another import was faster.
        PublishedMeanwhile { dataset: String, year: i32 } Data,
            "{dataset} {year} was changed by somebody else while it was being imported; nothing was overwritten",
            "{dataset} {year} đã bị người khác thay trong lúc nhập; không có gì bị ghi đè",
            hint "look at it, then import again", "hãy xem lại rồi nhập lần nữa";
        /// What only works on a folder.
        OnlyInAFolder { command: String } Usage,
            "`{command}` works on a folder, not in an object store", "`{command}` chỉ dùng được với thư mục, không dùng được với kho đối tượng",
            hint "copy the workspace to a folder first; every object is a file of the same name",
                 "trước hết hãy chép không gian làm việc về một thư mục; mỗi đối tượng là một tệp cùng tên";
    }
}
